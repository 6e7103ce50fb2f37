// What a top-up says in one word, and that the cashier's word is taken for what it is.
import { afterEach, expect, it, vi } from 'vitest'
import type { TopUpView, WeChatPayment } from '@weigui/shared'
import { topUpLook } from '../src/lib/topup'
import { openCashier } from '../src/lib/wechatpay'

type Refund = TopUpView['refunds'][number]

function topup(state: TopUpView['state'], refunds: [number, Refund['state']][] = []): TopUpView {
  const view = { state, amount_fen: 100, refunded_fen: 0, refunds: [] as Refund[] }
  for (const [fen, how] of refunds) {
    view.refunds.push({ id: `r${view.refunds.length}`, amount_fen: fen, state: how, state_text: '', created_at: 0 })
    if (how !== 'refused' && how !== 'returned') view.refunded_fen += fen
  }
  return view as TopUpView
}

it('what is not known to have failed is being processed', () => {
  expect(topUpLook(topup('waiting')).text).toBe('待支付')
  expect(topUpLook(topup('paid')).text).toBe('处理中')
  expect(topUpLook(topup('credited')).text).toBe('成功')
  expect(topUpLook(topup('uncredited')).text).toBe('失败')
  expect(topUpLook(topup('something new' as TopUpView['state'])).text).toBe('处理中')
})

it('a refund shows once it is with the customer', () => {
  expect(topUpLook(topup('credited', [[100, 'sending']])).text).toBe('成功')
  expect(topUpLook(topup('credited', [[40, 'done']])).text).toBe('部分退款')
  expect(topUpLook(topup('credited', [[100, 'done']])).text).toBe('已退款')
  expect(topUpLook(topup('credited', [[40, 'refused']])).text).toBe('成功')
})

afterEach(() => {
  delete window.WeixinJSBridge
  vi.useRealTimers()
})

const PAYMENT = { package: 'prepay_id=wx1' } as WeChatPayment

it.each([
  ['get_brand_wcpay_request:ok', 'paid'],
  ['get_brand_wcpay_request:cancel', 'cancelled'],
  ['get_brand_wcpay_request:fail', 'failed'],
])('the cashier says %s', async (said, word) => {
  window.WeixinJSBridge = { invoke: (_name, _params, answer) => answer({ err_msg: said }) }
  expect(await openCashier(PAYMENT)).toBe(word)
})

it('a bridge that comes late is waited for, one that never comes is told', async () => {
  vi.useFakeTimers()
  const late = openCashier(PAYMENT)
  window.WeixinJSBridge = { invoke: (_name, _params, answer) => answer({ err_msg: 'get_brand_wcpay_request:ok' }) }
  document.dispatchEvent(new Event('WeixinJSBridgeReady'))
  expect(await late).toBe('paid')
  delete window.WeixinJSBridge
  const never = openCashier(PAYMENT)
  await vi.advanceTimersByTimeAsync(3_000)
  expect(await never).toBe('missing')
})
