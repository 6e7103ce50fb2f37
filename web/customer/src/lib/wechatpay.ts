// WeChat's own cashier, opened from a page. What it answers is a hint only: whether the money came is for the bank to say.
import type { WeChatPayment } from '@weigui/shared'

/** `paid` means that WeChat says so; `missing`, that this page is not open inside WeChat. */
export type CashierWord = 'paid' | 'cancelled' | 'failed' | 'missing'

interface Bridge {
  invoke: (name: string, params: WeChatPayment, answer: (said: { err_msg: string }) => void) => void
}

declare global {
  interface Window {
    WeixinJSBridge?: Bridge
  }
}

/** WeChat puts its bridge into the page some time after the page has loaded. */
const PATIENCE_MS = 3_000

function bridge(): Promise<Bridge | null> {
  if (window.WeixinJSBridge) return Promise.resolve(window.WeixinJSBridge)
  return new Promise((found) => {
    const ready = () => {
      clearTimeout(timer)
      document.removeEventListener('WeixinJSBridgeReady', ready)
      found(window.WeixinJSBridge ?? null)
    }
    const timer = setTimeout(ready, PATIENCE_MS)
    document.addEventListener('WeixinJSBridgeReady', ready)
  })
}

export async function openCashier(payment: WeChatPayment): Promise<CashierWord> {
  const weixin = await bridge()
  if (!weixin) return 'missing'
  return new Promise((said) =>
    weixin.invoke('getBrandWCPayRequest', payment, ({ err_msg: word }) => {
      if (word === 'get_brand_wcpay_request:ok') said('paid')
      else said(word === 'get_brand_wcpay_request:cancel' ? 'cancelled' : 'failed')
    }),
  )
}
