// What an auto-repay agreement means for the bill at hand.
import { fenText, type CardBillView } from '@weigui/shared'

export type AutoRepayKind = 'full' | 'minimum'

export const KINDS: { value: AutoRepayKind; text: string; about: string }[] = [
  { value: 'full', text: '全额还款', about: '每期还清账单，消费不产生利息。' },
  { value: 'minimum', text: '最低还款额', about: '每期只还最低还款额，不算逾期；剩下的欠款按日计收利息。' },
]

/** What would be repaid of this bill if it were due now. Fen. */
export function dueOf(bill: CardBillView, kind: AutoRepayKind): number {
  const asked = kind === 'full' ? bill.remaining_fen : bill.min_remaining_fen
  return Math.max(0, Math.min(asked, bill.owed_fen) - bill.under_way_fen)
}

/** Whether an agreement that repays what falls due after a day repays this bill. Both days are `YYYY-MM-DD`. */
export const covers = (bill: CardBillView, afterOn: string): boolean => bill.due_date > afterOn

export function nextText(bill: CardBillView, kind: AutoRepayKind, afterOn: string): string {
  if (!covers(bill, afterOn)) return '下一期账单'
  const fen = dueOf(bill, kind)
  return fen > 0 ? `${bill.due_date}，${fenText(fen)} 元` : `${bill.due_date}，没有要还的`
}
