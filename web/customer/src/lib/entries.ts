// The list of an account's entries: filtered, newest first, one keyset page after another.
import { ApiProblem, daysBefore, parseYuan, type EntryQuery, type EntryView, type Flaw } from '@weigui/shared'
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { api } from './api'

export interface EntryFilter {
  from: string
  to: string
  direction: '' | 'in' | 'out'
  kind: string
  min: string
  max: string
  q: string
}

export const noFilter = (): EntryFilter => ({ from: '', to: '', direction: '', kind: '', min: '', max: '', q: '' })

/** Periods of the quick choice, in days before today. */
export const PERIODS = [
  { text: '近一周', days: 6 },
  { text: '近一月', days: 29 },
  { text: '近三月', days: 89 },
  { text: '近一年', days: 364 },
]

export function periodOf(days: number, today: string): Pick<EntryFilter, 'from' | 'to'> {
  return { from: daysBefore(today, days), to: today }
}

/** What is wrong with a filter, by field; empty means it can be used. */
export function filterFlaws(filter: EntryFilter, today: string): Partial<Record<'to' | 'min' | 'max', Flaw>> {
  const flaws: Partial<Record<'to' | 'min' | 'max', Flaw>> = {}
  if (filter.from && filter.to && filter.from > filter.to) {
    flaws.to = { code: 'date.order', reason: '结束日期早于开始日期', remedy: '请重新选择日期' }
  }
  if (filter.from > today || filter.to > today) {
    flaws.to = { code: 'date.future', reason: '日期还没有到', remedy: '最晚选今天' }
  }
  const [min, max] = [fenOf(filter.min), fenOf(filter.max)]
  if (min === 'bad') flaws.min = { code: 'amount.bad', reason: '最低金额填错了', remedy: '请只输入数字，例如 100' }
  if (max === 'bad') flaws.max = { code: 'amount.bad', reason: '最高金额填错了', remedy: '请只输入数字，例如 5000' }
  if (typeof min === 'number' && typeof max === 'number' && min > max) {
    flaws.max = { code: 'amount.order', reason: '最高金额小于最低金额', remedy: '请改大一些' }
  }
  return flaws
}

function fenOf(text: string): number | null | 'bad' {
  if (text.trim() === '') return null
  const parsed = parseYuan(text)
  return parsed.ok ? parsed.fen : 'bad'
}

export function filterCount(filter: EntryFilter): number {
  return [filter.from || filter.to, filter.direction, filter.kind, filter.min || filter.max, filter.q.trim()].filter(
    Boolean,
  ).length
}

export function queryOf(filter: EntryFilter): EntryQuery {
  const [min, max] = [fenOf(filter.min), fenOf(filter.max)]
  return {
    ...(filter.from && { from: filter.from }),
    ...(filter.to && { to: filter.to }),
    ...(filter.direction && { direction: filter.direction }),
    ...(filter.kind && { kind: filter.kind as NonNullable<EntryQuery['kind']> }),
    ...(typeof min === 'number' && { min_fen: min }),
    ...(typeof max === 'number' && { max_fen: max }),
    ...(filter.q.trim() && { q: filter.q.trim() }),
    limit: 30,
  }
}

export interface Day {
  date: string
  entries: EntryView[]
}

export function byDay(entries: EntryView[]): Day[] {
  const days: Day[] = []
  for (const entry of entries) {
    const last = days.at(-1)
    if (last?.date === entry.date) last.entries.push(entry)
    else days.push({ date: entry.date, entries: [entry] })
  }
  return days
}

export function useEntries(accountId: string, filter: EntryFilter) {
  const items = shallowRef<EntryView[]>([])
  const next = ref<string | null>(null)
  const started = ref(false)
  const busy = ref(false)
  const problem = shallowRef<ApiProblem | null>(null)
  let turn = 0

  async function load(cursor: string | null): Promise<void> {
    turn += 1
    const mine = turn
    busy.value = true
    problem.value = null
    try {
      const query = { ...queryOf(filter), ...(cursor && { cursor }) }
      const page = await api.need(api.GET('/api/accounts/{id}/entries', { params: { path: { id: accountId }, query } }))
      if (mine !== turn) return
      // Rows are shown once even if the same page is asked for again after a broken answer.
      const known = new Set(cursor ? items.value.map((entry) => entry.id) : [])
      items.value = [...(cursor ? items.value : []), ...page.items.filter((entry) => !known.has(entry.id))]
      next.value = page.next ?? null
      started.value = true
    } catch (error) {
      if (mine === turn) problem.value = ApiProblem.from(error)
    } finally {
      if (mine === turn) busy.value = false
    }
  }

  onScopeDispose(() => (turn += 1))
  const restart = () => {
    items.value = []
    next.value = null
    started.value = false
    return load(null)
  }
  const more = async () => {
    if (!busy.value && next.value) await load(next.value)
  }
  const retry = () => load(started.value ? next.value : null)
  return { days: computed(() => byDay(items.value)), next, started, busy, problem, restart, more, retry }
}
