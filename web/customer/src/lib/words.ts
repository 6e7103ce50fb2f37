// The fixed words and signs of the bank's states and kinds: text first, the colour only repeats it.
import type { AccountView, EntryView, TransferView } from '@weigui/shared'
import type { IconName } from '../ui/icons'

export type Tone = 'ok' | 'wait' | 'warn' | 'bad' | 'plain'

const ACCOUNT_KINDS: Record<string, { text: string; icon: IconName }> = {
  demand: { text: '活期', icon: 'wallet' },
  term: { text: '定期', icon: 'term' },
  credit: { text: '信用卡', icon: 'card' },
  loan: { text: '贷款', icon: 'loan' },
  wealth: { text: '理财', icon: 'chart' },
}
export const accountKind = (kind: string) => ACCOUNT_KINDS[kind] ?? { text: '账户', icon: 'wallet' as IconName }

/** For these the bank is owed money: they are debts, not assets. */
export const isDebt = (account: Pick<AccountView, 'kind'>): boolean =>
  account.kind === 'credit' || account.kind === 'loan'

/** The figure to show: what is owed is shown without a sign, because its label already says so. */
export function owed(account: Pick<AccountView, 'kind' | 'balance_fen'>): number | null {
  const fen = account.balance_fen ?? null
  return fen !== null && isDebt(account) ? Math.abs(fen) : fen
}

const ACCOUNT_STATES: Record<string, { text: string; tone: Tone; why: string }> = {
  normal: { text: '正常', tone: 'ok', why: '' },
  lost: { text: '已挂失', tone: 'bad', why: '已办理挂失，暂停支出。解挂后恢复使用。' },
  frozen: { text: '已冻结', tone: 'bad', why: '账户被冻结，暂停支出。原因请咨询开户网点。' },
  dormant: { text: '休眠', tone: 'warn', why: '账户很久没有使用，请带身份证到网点激活。' },
  closed: { text: '已销户', tone: 'plain', why: '账户已经注销，只能查看以前的明细。' },
}

/** The bank's text is "short：reason"; without a reason of its own, ours is shown. */
export function accountState(account: Pick<AccountView, 'status' | 'status_text'>) {
  const known = ACCOUNT_STATES[account.status] ?? { text: account.status_text, tone: 'plain' as Tone, why: '' }
  const [short = '', ...reason] = account.status_text.split('：')
  return { text: short || known.text, tone: known.tone, why: reason.join('：') || known.why }
}

const ENTRY_KINDS: Record<string, { text: string; icon: IconName }> = {
  transfer: { text: '转账', icon: 'transfer' },
  deposit: { text: '存入', icon: 'deposit' },
  withdrawal: { text: '取现', icon: 'withdraw' },
  payment: { text: '消费', icon: 'shop' },
  interest: { text: '利息', icon: 'interest' },
  fee: { text: '费用', icon: 'fee' },
  refund: { text: '退款', icon: 'refund' },
}
export const ENTRY_KIND_CHOICES = Object.entries(ENTRY_KINDS).map(([value, { text }]) => ({ value, text }))
export const entryKind = (kind: EntryView['kind'] | string) =>
  ENTRY_KINDS[kind] ?? { text: '其他', icon: 'list' as IconName }

const TRANSFER_STATES: Record<string, { text: string; tone: Tone; icon: IconName }> = {
  awaiting_challenge: { text: '待验证', tone: 'warn', icon: 'clock' },
  waiting: { text: '等待转出', tone: 'wait', icon: 'clock' },
  processing: { text: '处理中', tone: 'wait', icon: 'clock' },
  at_clearing: { text: '处理中', tone: 'wait', icon: 'clock' },
  succeeded: { text: '成功', tone: 'ok', icon: 'check' },
  returned: { text: '已退汇', tone: 'warn', icon: 'refund' },
  failed: { text: '失败', tone: 'bad', icon: 'cross' },
  cancelled: { text: '已取消', tone: 'plain', icon: 'cross' },
  expired: { text: '已过期', tone: 'plain', icon: 'clock' },
}
/** A state this page does not know yet is shown as being processed: never as failed. */
export const transferState = (state: TransferView['state'] | string) =>
  TRANSFER_STATES[state] ?? { text: '处理中', tone: 'wait' as Tone, icon: 'clock' as IconName }

const SCHEDULE_STATES: Record<string, { text: string; tone: Tone; icon: IconName }> = {
  awaiting_challenge: { text: '待验证', tone: 'warn', icon: 'clock' },
  active: { text: '进行中', tone: 'ok', icon: 'term' },
  ended: { text: '已完成', tone: 'plain', icon: 'check' },
  cancelled: { text: '已取消', tone: 'plain', icon: 'cross' },
  expired: { text: '已过期', tone: 'plain', icon: 'clock' },
}
export const scheduleState = (state: string) =>
  SCHEDULE_STATES[state] ?? { text: '进行中', tone: 'wait' as Tone, icon: 'term' as IconName }
