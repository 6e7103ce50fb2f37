// Which amounts a card's bill offers to repay, and what each of them means.
import { fenText, type CardBillView } from '@weigui/shared'

export type HowMuch = 'bill' | 'all' | 'minimum' | 'other'

export interface Offer {
  value: HowMuch
  text: string
  about: string
  /** Null: the person types it. */
  fen: number | null
}

/** What is owed comes first; nothing is offered twice under two names, and nothing above what the bank accepts. */
export function offersOf(bill: CardBillView): Offer[] {
  const offers: Offer[] = []
  const add = (value: HowMuch, text: string, about: string, fen: number) => {
    if (fen > 0 && fen <= bill.most_fen && !offers.some((one) => one.fen === fen)) {
      offers.push({ value, text: `${text} ${fenText(fen)} 元`, about, fen })
    }
  }
  add('bill', '还清本期账单', '按时还清本期账单，不收利息。', bill.remaining_fen)
  add('minimum', '只还最低还款额', '剩下的欠款会按日计收利息，但不算逾期。', bill.min_remaining_fen)
  add('all', '还清全部欠款', '连同还没有出账的消费一起还清。', bill.most_fen)
  if (bill.most_fen > 1) {
    offers.push({ value: 'other', text: '还其他金额', about: `最多可以还 ${fenText(bill.most_fen)} 元。`, fen: null })
  }
  return offers
}

/** Whole days from a day to another, both `YYYY-MM-DD`; negative when it is over. */
export const daysUntil = (day: string, today: string): number =>
  Math.round((Date.parse(`${day}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / 86_400_000)

export function dueText(bill: CardBillView, today: string): string {
  if (bill.overdue) return '已经逾期，请尽快还款'
  if (bill.min_remaining_fen === 0) return ''
  const days = daysUntil(bill.due_date, today)
  return days === 0 ? '今天到期' : days > 0 ? `还有 ${days} 天` : ''
}
