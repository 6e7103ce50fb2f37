// Small pure helpers for what the phone prints: times, codes, inline links. Times are the bank's, whatever the clock of
// the computer is set to.
import { dateOf, timeText } from '@weigui/shared'
import type { ChatItem, ChatLink } from './sandbox'

const WEEK = ['星期日', '星期一', '星期二', '星期三', '星期四', '星期五', '星期六']
const DAY_MS = 86_400_000
/** A gap after which the chat prints the time again, as the real client does. */
const GAP_MS = 5 * 60_000

/** Days since 1970-01-01, a Thursday, of the day that it is at the bank. */
const dayNo = (at: number) => Date.parse(dateOf(at)) / DAY_MS

export const clock = timeText

/** 1234.50, as the cashier writes it. */
export function yuanText(fen: number): string {
  const digits = String(fen).padStart(3, '0')
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** 10:05 · 昨天 10:05 · 星期三 10:05 · 2026年11月3日 10:05 */
export function chatTime(at: number, now: number): string {
  const days = dayNo(now) - dayNo(at)
  if (days <= 0) return clock(at)
  if (days === 1) return `昨天 ${clock(at)}`
  if (days <= 6) return `${WEEK[(dayNo(at) + 4) % 7]} ${clock(at)}`
  const [year, month, day] = dateOf(at).split('-').map(Number)
  return `${year}年${month}月${day}日 ${clock(at)}`
}

/** Whether the time is printed above this item. */
export function needsTime(items: ChatItem[], index: number): boolean {
  const here = items[index]
  const before = items[index - 1]
  return !!here && (!before || here.at - before.at > GAP_MS)
}

/** The one-time code of a message: the first run of 4–8 digits after the word 验证码 or before it. */
export function codeOf(text: string): string | null {
  if (!/验证码|校验码|动态码/.test(text)) return null
  const after = /(?:验证码|校验码|动态码)\D{0,8}(\d{4,8})(?!\d)/.exec(text)
  const any = after ?? /(?<![\d*.])(\d{4,8})(?![\d.*])/.exec(text)
  return any?.[1] ?? null
}

export interface Piece {
  text: string
  url?: string
}

/** Cuts a text at its links; a link whose words are not in the text comes at the end. */
export function pieces(text: string, links: ChatLink[]): Piece[] {
  const out: Piece[] = []
  const tail: Piece[] = []
  let rest = text
  for (const link of links) {
    const at = link.text ? rest.indexOf(link.text) : -1
    if (at < 0) {
      tail.push({ text: link.text || link.url, url: link.url })
      continue
    }
    if (at > 0) out.push({ text: rest.slice(0, at) })
    out.push({ text: link.text, url: link.url })
    rest = rest.slice(at + link.text.length)
  }
  if (rest) out.push({ text: rest })
  return [...out, ...tail]
}

/** Groups of four, as a card prints it. */
export const grouped = (digits: string) => digits.replace(/(.{4})(?=.)/g, '$1 ')
