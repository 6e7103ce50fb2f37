// The echo of the server's session: permissions, the idle deadline that every answer moves, and its end.
import { beforeEach, expect, it, vi } from 'vitest'
import * as api from '../src/api'
import type { Staff } from '../src/api'
import { begin, can, idleEndsAt, leave, onEnd, staff } from '../src/session'

const answers: Response[] = []
vi.stubGlobal('fetch', async () => answers.shift() ?? new Response(null, { status: 500 }))

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })

const view = (idle_ms: number): Staff => ({
  id: '0198c2d4-1111-7000-8000-000000000001',
  login: 'teller01',
  name: '周敏',
  roles: ['teller'],
  permissions: ['customers.read'],
  idle_expires_at: Date.now() + idle_ms,
})

beforeEach(() => {
  answers.length = 0
  staff.value = null
  localStorage.clear()
})

it('knows only the permissions the server named', () => {
  begin(view(900_000))
  expect([can('customers.read'), can('audit.read')]).toEqual([true, false])
})

it('moves the deadline with every answer', async () => {
  vi.useFakeTimers({ now: 1_000_000 })
  begin(view(60_000))
  vi.setSystemTime(1_030_000)
  answers.push(json({ items: [] }))
  await api.policies()
  expect(idleEndsAt.value).toBe(1_090_000)
  vi.useRealTimers()
})

it('takes the deadline from the server, also on a machine whose clock is wrong', async () => {
  vi.useFakeTimers({ now: 9_000_000 })
  const served = new Response(JSON.stringify({ ...view(0), idle_expires_at: 1_060_000 }), {
    headers: { 'content-type': 'application/json', date: new Date(1_000_000).toUTCString() },
  })
  answers.push(served)
  begin(await api.me())
  expect(idleEndsAt.value).toBe(9_060_000)
  answers.push(new Response('{}', { headers: { date: new Date(9_000_000).toUTCString() } }))
  await api.me()
  vi.useRealTimers()
})

it('ends when any call is told that the session is over, and says so once', async () => {
  const ends: string[] = []
  onEnd((why) => ends.push(why))
  begin(view(60_000))
  answers.push(json({ code: 'session.required' }, 401), json({ code: 'session.required' }, 401))
  await expect(api.policies()).rejects.toThrow()
  await expect(api.policies()).rejects.toThrow()
  expect(staff.value).toBeNull()
  expect(ends).toEqual(['expired'])
})

it('leaves also when the server cannot be reached', async () => {
  const ends: string[] = []
  onEnd((why) => ends.push(why))
  begin(view(60_000))
  await leave('idle')
  expect([staff.value, ends]).toEqual([null, ['idle']])
})

it('hears of work in another tab and moves the deadline, never back', () => {
  begin(view(60_000))
  const later = Date.now() + 120_000
  const hear = (at: number) =>
    window.dispatchEvent(new StorageEvent('storage', { key: 'weigui.office.idle_ends_at', newValue: String(at) }))
  hear(later)
  hear(Date.now() - 5_000)
  expect(idleEndsAt.value).toBe(later)
})
