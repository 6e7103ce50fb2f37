// The phone in somebody's hand, from outside: whose it is, and what arrives on it.
import { until } from './browser.mjs'

/** @typedef {import('./bank.mjs').Bank} Bank @typedef {import('./bank.mjs').Person} Person */

/**
 * Puts a person's phone into this browser: the next authorisation is theirs.
 * @param {import('playwright-core').BrowserContext} context @param {Bank} bank @param {Person} person
 */
export async function hold(context, bank, person) {
  const answer = await context.request.post(`${bank.url}/sandbox/phone/${person.openid}/open`, { data: {} })
  if (!answer.ok()) throw new Error(`the phone was not handed over: ${answer.status()}`)
}

/**
 * The codes that come by SMS from now on, each once and in order.
 * @param {Bank} bank @param {Person} person @returns {Promise<() => Promise<string>>}
 */
export async function smsCodes(bank, person) {
  const inbox = (/** @type {number} */ after) => bank.ask(`/sandbox/phone/${person.openid}/sms?after=${after}`)
  let after = (await inbox(0)).last
  return () =>
    until(`a code for ${person.demo.name}`, async () => {
      const { items } = await inbox(after)
      for (const sms of items) {
        after = sms.seq
        const code =
          /(?:验证码|校验码|动态码)\D{0,8}(\d{6})(?!\d)/.exec(sms.text) ?? /(?<!\d)(\d{6})(?!\d)/.exec(sms.text)
        if (code?.[1]) return code[1]
      }
      return null
    })
}

/**
 * Waits for something in the chat.
 * @param {Bank} bank @param {Person} person @param {string} what @param {(item: any) => boolean} fits @param {number} [ms]
 */
export function chatItem(bank, person, what, fits, ms = 30_000) {
  return until(
    `${what} in the chat of ${person.demo.name}`,
    async () => {
      const { items } = await bank.ask(`/sandbox/phone/${person.openid}/chat?after=0&wait_ms=0`)
      return items.find(fits) ?? null
    },
    ms,
  )
}

/** @param {Bank} bank @param {'ok' | 'slow' | 'down' | 'silent'} how the core bank behaves */
export function setCore(bank, how) {
  const core = {
    ok: { down: false, delay_ms: 0, lose_answers: false },
    slow: { down: false, delay_ms: 6000, lose_answers: false },
    down: { down: true, delay_ms: 0, lose_answers: false },
    silent: { down: false, delay_ms: 0, lose_answers: true },
  }[how]
  return bank.ask('/sandbox/faults', { core })
}
