import type { EntryView } from '@weigui/shared'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { keyFor } from '../src/lib/api'
import { forgetDrafts, useDraft } from '../src/lib/draft'
import { byDay, filterCount, filterFlaws, noFilter, queryOf } from '../src/lib/entries'
import { reloadOnce } from '../src/lib/renew'
import { keyOfOrder, orderOf, useTransferDraft } from '../src/lib/transfer'
import { accountState, owed, transferState } from '../src/lib/words'

beforeEach(() => sessionStorage.clear())

describe('the key of a command', () => {
  it('stays for the same content and changes with it', () => {
    const first = keyFor({ amount_fen: 1 }, null)
    expect(keyFor({ amount_fen: 1 }, first).key).toBe(first.key)
    expect(keyFor({ amount_fen: 2 }, first).key).not.toBe(first.key)
  })

  it('is kept with the draft before the first send, across a reload', () => {
    const { draft } = useTransferDraft()
    Object.assign(draft, { from_account_id: 'a', to_no: '6222 0212 3456 7890', to_name: ' 王建国 ', amount: '500' })
    const order = orderOf(draft, 50_000, 'realtime')
    expect(order).toEqual({
      from_account_id: 'a',
      to_no: '6222021234567890',
      to_name: '王建国',
      amount_fen: 50_000,
      arrival: 'realtime',
    })
    const key = keyOfOrder(draft, order)

    const reloaded = useTransferDraft().draft
    expect(keyOfOrder(reloaded, orderOf(reloaded, 50_000, 'realtime'))).toBe(key)
    expect(keyOfOrder(reloaded, orderOf(reloaded, 50_001, 'realtime'))).not.toBe(key)
    expect(keyOfOrder(reloaded, orderOf(reloaded, 50_000, 'next_day'))).not.toBe(key)
  })

  it('belongs to nobody once the drafts are forgotten', () => {
    const { draft } = useDraft('x', () => ({ text: '' }))
    draft.text = '王建国'
    expect(sessionStorage.getItem('wg.draft.x')).toContain('王建国')
    forgetDrafts()
    expect(sessionStorage.length).toBe(0)
  })

  it('survives a broken storage', () => {
    sessionStorage.setItem('wg.draft.x', '{not json')
    expect(useDraft('x', () => ({ text: 'fresh' })).draft.text).toBe('fresh')
  })
})

describe('the filter of entries', () => {
  it('becomes a query without empty parts', () => {
    expect(queryOf(noFilter())).toEqual({ limit: 30 })
    expect(
      queryOf({ ...noFilter(), from: '2026-11-01', direction: 'in', min: '100', max: '200.5', q: ' 超市 ' }),
    ).toEqual({
      from: '2026-11-01',
      direction: 'in',
      min_fen: 10_000,
      max_fen: 20_050,
      q: '超市',
      limit: 30,
    })
  })

  it('says what is wrong with it', () => {
    expect(filterFlaws(noFilter(), '2026-11-23')).toEqual({})
    expect(filterFlaws({ ...noFilter(), from: '2026-11-02', to: '2026-11-01' }, '2026-11-23').to?.code).toBe(
      'date.order',
    )
    expect(filterFlaws({ ...noFilter(), to: '2026-11-24' }, '2026-11-23').to?.code).toBe('date.future')
    expect(filterFlaws({ ...noFilter(), min: 'x' }, '2026-11-23').min?.code).toBe('amount.bad')
    expect(filterFlaws({ ...noFilter(), min: '10', max: '9.99' }, '2026-11-23').max?.code).toBe('amount.order')
    expect(filterCount({ ...noFilter(), from: '2026-11-01', to: '2026-11-02', kind: 'fee' })).toBe(2)
  })

  it('groups by the day the bank gave, in order', () => {
    const entry = (id: string, date: string) => ({ id, date }) as EntryView
    const days = byDay([entry('3', '2026-11-23'), entry('2', '2026-11-22'), entry('1', '2026-11-22')])
    expect(days.map((day) => [day.date, day.entries.length])).toEqual([
      ['2026-11-23', 1],
      ['2026-11-22', 2],
    ])
  })
})

describe('a part of the app that is gone', () => {
  it('loads the page anew, but not in circles', () => {
    const reload = vi.fn()
    const at = 1_000_000
    expect([reloadOnce(reload, at), reloadOnce(reload, at + 59_999), reloadOnce(reload, at + 60_000)]).toEqual([
      true,
      false,
      true,
    ])
    expect(reload).toHaveBeenCalledTimes(2)
  })
})

describe('words', () => {
  it('never call an unknown state failed', () => {
    expect(transferState('something_new').text).toBe('处理中')
    expect(transferState('processing').tone).toBe('wait')
  })

  it('explain every account state that is not normal', () => {
    for (const status of ['lost', 'frozen', 'dormant', 'closed'])
      expect(accountState({ status: status as 'lost', status_text: '' }).why).not.toBe('')
  })

  it('take the short word and the reason from the bank', () => {
    const state = accountState({ status: 'lost', status_text: '已挂失：自2026年11月23日起只收不付' })
    expect([state.text, state.why, state.tone]).toEqual(['已挂失', '自2026年11月23日起只收不付', 'bad'])
  })

  it('show a debt without a sign', () => {
    expect(owed({ kind: 'credit', balance_fen: -500 })).toBe(500)
    expect(owed({ kind: 'demand', balance_fen: -500 })).toBe(-500)
    expect(owed({ kind: 'loan', balance_fen: null })).toBeNull()
  })
})
