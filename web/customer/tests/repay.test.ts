// What a card's bill offers to repay: never twice the same, never more than is owed.
import { expect, it } from 'vitest'
import type { CardBillView } from '@weigui/shared'
import { daysUntil, dueText, offersOf } from '../src/lib/repay'

const bill = (part: Partial<CardBillView>): CardBillView => ({
  account_id: 'a',
  product: '标准信用卡',
  no_masked: '6258 **** **** 0001',
  tail: '0001',
  statement_date: '2026-11-05',
  due_date: '2026-11-25',
  overdue: false,
  statement_fen: 100_000,
  min_fen: 10_000,
  paid_fen: 0,
  remaining_fen: 100_000,
  min_remaining_fen: 10_000,
  unbilled_fen: 5_000,
  owed_fen: 105_000,
  under_way_fen: 0,
  most_fen: 105_000,
  ...part,
})

it('offers the bill, the minimum, everything and an amount of one’s own', () => {
  expect(offersOf(bill({})).map((one) => [one.value, one.fen])).toEqual([
    ['bill', 100_000],
    ['minimum', 10_000],
    ['all', 105_000],
    ['other', null],
  ])
})

it('offers nothing twice and nothing that would be refused', () => {
  const same = bill({ unbilled_fen: 0, owed_fen: 100_000, most_fen: 100_000 })
  expect(offersOf(same).map((one) => one.value)).toEqual(['bill', 'minimum', 'other'])
  const partly = bill({ under_way_fen: 100_000, most_fen: 5_000 })
  expect(offersOf(partly).map((one) => [one.value, one.fen])).toEqual([
    ['all', 5_000],
    ['other', null],
  ])
  expect(offersOf(bill({ most_fen: 0 }))).toEqual([])
  expect(offersOf(bill({ remaining_fen: 1, min_remaining_fen: 1, most_fen: 1 })).map((one) => one.value)).toEqual(['bill'])
})

it('says how long there is still time', () => {
  expect(daysUntil('2026-12-01', '2026-11-30')).toBe(1)
  expect(dueText(bill({}), '2026-11-23')).toBe('还有 2 天')
  expect(dueText(bill({}), '2026-11-25')).toBe('今天到期')
  expect(dueText(bill({ overdue: true }), '2026-11-26')).toBe('已经逾期，请尽快还款')
  expect(dueText(bill({ min_remaining_fen: 0 }), '2026-11-23')).toBe('')
})
