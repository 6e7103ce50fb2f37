// A top-up 充值 from WeChat Pay, from the amount to what became of it.
import type { AccountView, TopUpView } from '@weigui/shared'
import type { IconName } from '../ui/icons'
import { keyFor, type SentKey } from './api'
import { useDraft } from './draft'
import type { Tone } from './words'

/** The most of one top-up, in fen; the bank has the last word. */
export const MOST_FEN = 5_000_000

export interface TopUpDraft {
  account_id: string
  amount: string
  sent: SentKey | null
}

export const useTopUpDraft = () => useDraft<TopUpDraft>('topup', () => ({ account_id: '', amount: '', sent: null }))

export const canTopUp = (account: AccountView): boolean => account.kind === 'demand' && account.status === 'normal'

/** The key is in the draft before the first send, so a reload or a second tap orders nothing twice. */
export function keyOfTopUp(draft: TopUpDraft, order: object): string {
  draft.sent = keyFor(order, draft.sent)
  return draft.sent.key
}

export interface TopUpLook {
  text: string
  tone: Tone
  icon: IconName
}

const LOOKS: Record<string, TopUpLook> = {
  waiting: { text: '待支付', tone: 'warn', icon: 'clock' },
  paid: { text: '处理中', tone: 'wait', icon: 'clock' },
  credited: { text: '成功', tone: 'ok', icon: 'check' },
  closed: { text: '已关闭', tone: 'plain', icon: 'cross' },
  uncredited: { text: '失败', tone: 'bad', icon: 'cross' },
}

export const refunding = (topup: TopUpView): boolean =>
  topup.refunds.some((refund) => ['debiting', 'sending', 'returning', 'manual', 'stranded'].includes(refund.state))

/** What all of it says in one word. A state that this page does not know yet is being processed, never failed. */
export function topUpLook(topup: TopUpView): TopUpLook {
  const back = topup.refunds.some((refund) => refund.state === 'done')
  if (back && !refunding(topup)) {
    const all = topup.refunded_fen >= topup.amount_fen
    return { text: all ? '已退款' : '部分退款', tone: 'plain', icon: 'refund' }
  }
  return LOOKS[topup.state] ?? { text: '处理中', tone: 'wait', icon: 'clock' }
}
