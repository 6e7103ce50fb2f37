// Months turn at the year, shares are whole percents.
import { expect, it } from 'vitest'
import { monthBy, monthText, shareOf } from '../src/lib/summary'

it('walks over the turn of the year', () => {
  expect(monthBy('2026-01', -1)).toBe('2025-12')
  expect(monthBy('2025-12', 1)).toBe('2026-01')
  expect(monthBy('2026-11', -12)).toBe('2025-11')
  expect(monthText('2026-01')).toBe('2026年1月')
})

it('shares are whole and never vanish', () => {
  expect(shareOf(1, 3)).toBe(33)
  expect(shareOf(2, 3)).toBe(67)
  expect(shareOf(1, 1_000_000)).toBe(1)
  expect(shareOf(0, 5)).toBe(0)
  expect(shareOf(5, 0)).toBe(0)
  expect(shareOf(9_007_199_254_740_991, 9_007_199_254_740_991)).toBe(100)
})
