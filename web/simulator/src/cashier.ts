// WeChat's cashier on the simulated phone: a page asks through `WeixinJSBridge` for a payment, or a QR code is scanned; the
// person at the phone pays or goes away, and the page is told one word. The sandbox books the payment and tells the bank
// by itself.
import { ref } from 'vue'
import * as sandbox from './sandbox'

export interface Due {
  key: string
  description: string
  /** Fen. */
  total: number
}

type Word = 'ok' | 'cancel' | 'fail'
type Answer = (said: { err_msg: string }) => void

export const due = ref<Due | null>(null)
export const paying = ref(false)
export const refusal = ref('')
/** What was paid last by scanning. */
export const receipt = ref<Due | null>(null)
let openid = ''
let answer: Answer | null = null

/** Puts the bridge into a page that has loaded, as the client does, and says so. */
export function bridge(page: Window, holder: string): void {
  const invoke = (name: string, params: { package?: string }, said: Answer) => {
    if (name === 'getBrandWCPayRequest') void open(holder, params.package ?? '', said)
    else said({ err_msg: `${name}:fail` })
  }
  Object.assign(page, { WeixinJSBridge: { invoke } })
  page.document.dispatchEvent(new Event('WeixinJSBridgeReady'))
}

async function open(holder: string, asked: string, said: Answer): Promise<void> {
  leave()
  const key = asked.replace(/^prepay_id=/, '')
  const orders = await sandbox.orders(holder).catch(() => [])
  const order = orders.find((one) => one.key === key)
  if (!order) {
    said({ err_msg: 'get_brand_wcpay_request:fail' })
    return
  }
  openid = holder
  answer = said
  refusal.value = ''
  due.value = { key, description: order.description, total: order.total }
}

/** Reads a QR code and opens the cashier for it; answers why not, if not. */
export async function scan(holder: string, code: string): Promise<string> {
  leave()
  receipt.value = null
  try {
    const order = await sandbox.scan(holder, code)
    openid = holder
    refusal.value = ''
    due.value = { key: order.key, description: order.description, total: order.total }
    return ''
  } catch (e) {
    return e instanceof Error ? e.message : '没有认出来，请再试一次。'
  }
}

export async function pay(): Promise<void> {
  if (!due.value || paying.value) return
  paying.value = true
  refusal.value = ''
  try {
    await sandbox.pay(openid, due.value.key)
    if (!answer) receipt.value = due.value
    end('ok')
  } catch (e) {
    refusal.value = e instanceof Error ? e.message : '没有付成，请再试一次。'
  } finally {
    paying.value = false
  }
}

/** The person closes the cashier; after a refusal the page is told that it failed. */
export function leave(): void {
  if (due.value) end(refusal.value ? 'fail' : 'cancel')
}

function end(word: Word): void {
  due.value = null
  answer?.({ err_msg: `get_brand_wcpay_request:${word}` })
  answer = null
}
