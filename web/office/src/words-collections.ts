// How collections at the counter look, and how long one may still be paid.
import type { Said, Tone } from './words'

const TONES: Record<string, Tone> = {
  waiting: 'wait',
  paid: 'wait',
  credited: 'ok',
  partly_refunded: 'warn',
  refunded: 'plain',
  closed: 'plain',
  uncredited: 'bad',
}

const STAGES: Record<string, Tone> = {
  waiting: 'wait',
  processing: 'wait',
  done: 'ok',
  returned: 'plain',
  failed: 'warn',
  manual: 'bad',
  handled: 'plain',
}

/** The words are the server's; the tone is ours. */
export const collectionSaid = (one: { state: string; state_text: string }): Said => ({
  text: one.state_text,
  tone: TONES[one.state] ?? 'plain',
})
export const stageSaid = (refund: { stage: string; stage_text: string }): Said => ({
  text: refund.stage_text,
  tone: STAGES[refund.stage] ?? 'plain',
})

/** What stays of its time, as 14:59; never less than 0:00. */
export function leftText(until: number, now: number): string {
  const seconds = Math.max(0, Math.floor((until - now) / 1_000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** Whether something may still happen by itself, so that the page has to look again. */
export const stirs = (one: { state: string; refunds: { stage: string }[] }): boolean =>
  one.state === 'waiting' ||
  one.state === 'paid' ||
  one.refunds.some((refund) => refund.stage === 'processing')
