// Chinese for what the server says of cases and of reconciliation. A code without a word is shown as it is.
import { fenText } from '@weigui/shared'
import type { Said, Tone } from './words'

export const CASE_KINDS = [
  { value: 'unknown_transfer', title: '转账结果未知' },
  { value: 'difference', title: '对账差异' },
  { value: 'recon_file', title: '对账文件异常' },
  { value: 'pay_in', title: '收款退款异常' },
  { value: 'dispute', title: '交易申诉' },
] as const

export const CASE_STATES = [
  { value: 'open', title: '待认领' },
  { value: 'claimed', title: '处理中' },
  { value: 'checking', title: '待复核' },
  { value: 'closed', title: '已办结' },
] as const

const TONES: Record<string, Tone> = { open: 'warn', claimed: 'wait', checking: 'wait', closed: 'plain' }

const STEPS: Record<string, string> = {
  opened: '建立工单',
  claimed: '认领',
  released: '退回',
  noted: '备注',
  asked: '再次查询',
  proposed: '提交更正',
  approved: '复核通过',
  returned: '复核退回',
  resolved: '办结',
  settled: '自动办结',
}

const DIFFERENCES: Record<string, string> = {
  missing_there: '对方缺这一笔',
  missing_here: '我方缺这一笔',
  amount: '金额不符',
  state: '状态不符',
  reference: '流水号不符',
  duplicate: '重复',
}

const LINE_STATES: Record<string, string> = { booked: '已记账', pending: '处理中', refused: '未记账', '': '没有' }

const RUN_KINDS: Record<string, string> = {
  minute: '分钟',
  hour: '小时',
  day: '日终',
  pay: '微信支付',
  biller: '缴费单位',
}

/** Why the other side's file is or was not compared. */
const TROUBLES: Record<string, Said> = {
  late: { text: '文件迟到', tone: 'bad' },
  broken: { text: '文件不完整', tone: 'bad' },
  failed: { text: '未能比对', tone: 'bad' },
}

const RUN_STATES: Record<string, Said> = {
  running: { text: '进行中', tone: 'wait' },
  even: { text: '平', tone: 'ok' },
  uneven: { text: '不平', tone: 'bad' },
  failed: { text: '没有取到', tone: 'warn' },
}

const CORRECTION_STATES: Record<string, Said> = {
  waiting: { text: '待复核', tone: 'wait' },
  approved: { text: '已通过', tone: 'ok' },
  returned: { text: '已退回', tone: 'warn' },
}

const CORE_TONES: Record<string, Tone> = { posted: 'ok', silent: 'bad', refused: 'warn', not_seen: 'warn' }

const titled = (list: readonly { value: string; title: string }[], code: string): string =>
  list.find((one) => one.value === code)?.title ?? code

export const caseKindText = (code: string): string => titled(CASE_KINDS, code)
export const caseStateSaid = (code: string): Said => ({ text: titled(CASE_STATES, code), tone: TONES[code] ?? 'plain' })
export const stepText = (code: string): string => STEPS[code] ?? code
export const differenceText = (code: string): string => DIFFERENCES[code] ?? code
export const lineStateText = (code: string): string => LINE_STATES[code] ?? code
export const runKindText = (code: string): string => RUN_KINDS[code] ?? code
/** Of whom a run is: "日终", "微信支付", or the biller's name. */
export const runOfText = (run: { kind: string; party_name: string }): string => run.party_name || runKindText(run.kind)
/** Who is on the other side of a run. */
export const otherSideText = (run: { kind: string; party_name: string }): string =>
  run.party_name || (run.kind === 'pay' ? '微信支付' : '核心')
export const troubleSaid = (code: string): Said => TROUBLES[code] ?? { text: code, tone: 'plain' }
/** A run that waits for its file says what is wrong with it. */
export const runSaid = (run: { state: string; trouble?: string | null }): Said =>
  run.state === 'running' && run.trouble
    ? troubleSaid(run.trouble)
    : (RUN_STATES[run.state] ?? { text: run.state, tone: 'plain' })
export const correctionSaid = (code: string): Said => CORRECTION_STATES[code] ?? { text: code, tone: 'plain' }
export const coreTone = (code: string): Tone => CORE_TONES[code] ?? 'wait'
export const directionText = (code: string): string => (code === 'to_customer' ? '补记给客户' : '从客户账户冲回')

/** An amount in yuan; a dash where there is none. */
export const amountText = (fen: number | null | undefined): string => (typeof fen === 'number' ? fenText(fen) : '—')

/** How long until it is due, or since it was: "还有 3 小时", "超时 2 天". */
export function dueText(dueAt: number, now: number): string {
  const minutes = Math.floor(Math.abs(dueAt - now) / 60_000)
  const span =
    minutes < 60
      ? `${minutes} 分钟`
      : minutes < 48 * 60
        ? `${Math.floor(minutes / 60)} 小时`
        : `${Math.floor(minutes / 1440)} 天`
  return dueAt < now ? `超时 ${span}` : `还有 ${span}`
}
