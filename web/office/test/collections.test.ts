// What a collection's page says by itself: how long the code is good, when it looks again, and one key for one form.
import { expect, it } from 'vitest'
import { useOnce } from '../src/use/once'
import { collectionSaid, leftText, stirs } from '../src/words-collections'

it('counts down to nothing and never below', () => {
  expect(leftText(900_000, 0)).toBe('15:00')
  expect(leftText(900_000, 840_001)).toBe('0:59')
  expect(leftText(900_000, 891_000)).toBe('0:09')
  expect(leftText(900_000, 900_000)).toBe('0:00')
  expect(leftText(900_000, 999_999)).toBe('0:00')
})

it('looks again while something may still happen, and rests then', () => {
  const one = (state: string, ...stages: string[]) => ({ state, refunds: stages.map((stage) => ({ stage })) })
  for (const state of ['waiting', 'paid']) expect(stirs(one(state)), state).toBe(true)
  for (const state of ['credited', 'closed', 'refunded']) expect(stirs(one(state)), state).toBe(false)
  expect(stirs(one('credited', 'processing'))).toBe(true)
  // What the account could not take is on its way back, or waits for people.
  expect(stirs(one('uncredited', 'processing'))).toBe(true)
  expect(stirs(one('uncredited', 'manual'))).toBe(false)
  expect(stirs(one('credited', 'waiting', 'done'))).toBe(false)
})

it('shows the words of the server, and a state it does not know plainly', () => {
  expect(collectionSaid({ state: 'credited', state_text: '已支付' })).toEqual({ text: '已支付', tone: 'ok' })
  expect(collectionSaid({ state: 'new', state_text: '新状态' }).tone).toBe('plain')
})

it('keeps the key of a form that is sent again, and makes another for another form', () => {
  const keyOf = useOnce()
  const first = keyOf({ charge: 'box_rent', amount_fen: 100 })
  expect(keyOf({ charge: 'box_rent', amount_fen: 100 })).toBe(first)
  expect(keyOf({ charge: 'box_rent', amount_fen: 101 })).not.toBe(first)
})
