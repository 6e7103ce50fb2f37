// How a transfer is told on its own page, by what it is for: somebody is paid, one's own credit card, or a biller.
import { dateTimeText, fenText, type TransferView } from '@weigui/shared'

interface Words {
  /** 转账, 还款 */
  act: string
  go: string
  cancel: string
  arrived: string
  receipt: string
  /** Where the next one of its kind begins, and what its door says. */
  next: { to: string; text: string }
}

const TRANSFER: Words = {
  act: '转账',
  go: '确认转账',
  cancel: '取消这笔转账',
  arrived: '款项已经到账。',
  receipt: '转账电子回单',
  next: { to: '/transfer', text: '再转一笔' },
}

const WORDS: Record<string, Words> = {
  transfer: TRANSFER,
  bill: {
    act: '缴费',
    go: '确认缴费',
    cancel: '取消这笔缴费',
    arrived: '缴费单位已经入账。',
    receipt: '生活缴费电子回单',
    next: { to: '/bills', text: '再缴一笔' },
  },
  repayment: {
    act: '还款',
    go: '确认还款',
    cancel: '取消这笔还款',
    arrived: '款项已经还入信用卡，账单已经更新。',
    receipt: '信用卡还款电子回单',
    next: { to: '/repay', text: '查看信用卡账单' },
  },
}

export const wordsOf = (purpose: string): Words => WORDS[purpose] ?? TRANSFER

/** Nobody has said yet how it ends: it is asked for again. A bill waits for its biller, and nobody can take it back. */
export const isFlying = (state: string, purpose: string): boolean =>
  ['processing', 'at_clearing'].includes(state) || (purpose === 'bill' && state === 'waiting')

export function titleOf(state: string, purpose: string): string {
  const words = wordsOf(purpose)
  const titles: Record<string, string> = {
    succeeded: `${words.act}成功`,
    waiting: purpose === 'bill' ? '等待缴费单位确认' : '等待转出',
    processing: '银行正在处理',
    at_clearing: '对方银行正在处理',
    returned: '对方银行退回了这笔钱',
    failed: `${words.act}没有成功`,
    cancelled: `${words.act}已取消`,
    expired: `${words.act}已过期`,
  }
  return titles[state] ?? '还差一步：验证身份'
}

export function aboutOf(state: string, view: TransferView): string {
  const words = wordsOf(view.purpose)
  switch (state) {
    case 'succeeded':
      return view.to.bank_name ? '对方银行已经入账。' : words.arrived
    case 'waiting': {
      if (view.purpose === 'bill') return '款项已经预留，正在等缴费单位确认，请不要重复缴费。有了结果，公众号会通知您。'
      const at = dateTimeText(view.execute_at ?? 0).slice(0, 16)
      const why = view.cooling_off ? '深夜给新收款人转大额，为了安全先等一等。' : ''
      return `${why}这笔钱将在 ${at} 转出，在那之前可以撤销。`
    }
    case 'at_clearing':
      return '钱已经从您的账户转出，正在等对方银行入账，请不要重复转账。有了结果，公众号会通知您。'
    case 'returned':
      return view.reason?.text ?? '款项已退回您的账户。'
    case 'processing':
      return `结果还没有出来，请不要重复${words.act}。结果出来后，公众号会通知您。`
    case 'failed':
      return `${view.reason?.text ?? '银行没有办理这笔业务'}。钱没有转出。`.replace('。。', '。')
    case 'cancelled':
      return '钱没有转出。'
    case 'expired':
      return '没有在规定时间内完成验证，钱没有转出。'
    default:
      return '输入支付密码和短信验证码后，钱才会转出。'
  }
}

/** The same for the ear: no stars, no thousands' commas. */
export function spokenOf(title: string, about: string, view: TransferView): string {
  const yuan = fenText(view.amount_fen).replace(/,/g, '')
  const what =
    view.purpose === 'repayment'
      ? `信用卡还款${yuan}元`
      : `向${view.to.name_masked.replace('*', '')}${view.purpose === 'bill' ? '缴费' : '转账'}${yuan}元`
  return `${title}。${what}。${about}`
}
