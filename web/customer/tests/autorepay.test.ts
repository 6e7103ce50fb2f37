// Which bills an auto-repay agreement covers, and how much of them.
import { describe, expect, it } from 'vitest'
import type { CardBillView } from '@weigui/shared'
import { covers, dueOf, nextText } from '../src/lib/autorepay'

const bill = (rest: Partial<CardBillView> = {}) =>
  ({
    due_date: '2026-11-25',
    remaining_fen: 50_000,
    min_remaining_fen: 5_000,
    owed_fen: 70_000,
    under_way_fen: 0,
    ...rest,
  }) as CardBillView

describe('auto-repay', () => {
  it('repays what is left and never more than is owed', () => {
    expect(dueOf(bill(), 'full')).toBe(50_000)
    expect(dueOf(bill(), 'minimum')).toBe(5_000)
    expect(dueOf(bill({ under_way_fen: 6_000 }), 'minimum')).toBe(0)
    expect(dueOf(bill({ owed_fen: 3_000 }), 'full')).toBe(3_000)
  })

  it('begins with the first bill after the day of signing', () => {
    expect(covers(bill(), '2026-11-24')).toBe(true)
    expect(covers(bill(), '2026-11-25')).toBe(false)
    expect(nextText(bill(), 'full', '2026-11-24')).toBe('2026-11-25，500.00 元')
    expect(nextText(bill({ remaining_fen: 0 }), 'full', '2026-11-24')).toBe('2026-11-25，没有要还的')
    expect(nextText(bill(), 'full', '2026-11-25')).toBe('下一期账单')
  })
})
