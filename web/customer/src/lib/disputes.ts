// Words and tones of disputes (交易申诉); the text comes first, the tone only repeats it.
import type { DisputeView } from '@weigui/shared'
import type { Tone } from './words'

export type DisputeReason = DisputeView['reason']

export const DISPUTE_REASONS: { value: DisputeReason; text: string }[] = [
  { value: 'not_mine', text: '不是本人交易' },
  { value: 'twice', text: '重复扣款' },
  { value: 'wrong_amount', text: '金额不对' },
  { value: 'no_goods', text: '没收到商品或服务' },
  { value: 'other', text: '其他疑问' },
]

const TONES: Record<string, Tone> = { received: 'wait', handling: 'wait', answered: 'ok' }
export const disputeTone = (state: DisputeView['state'] | string): Tone => TONES[state] ?? 'plain'
