import { afterEach, describe, expect, it, vi } from 'vitest'
import { ApiProblem, BROKEN, OFFLINE, TIMEOUT, createApi, newKey, withKey } from '../src'

const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': status < 400 ? 'application/json' : 'application/problem+json', ...headers },
  })

const TRANSFER = { from_account_id: 'a', to_no: '6222', to_name: '王建国', amount_fen: 50_000 }

/** A server that gives these answers in turn and remembers what was asked. */
function server(...answers: (Response | Error)[]) {
  const asked: Request[] = []
  const waits: number[] = []
  const onSessionRequired = vi.fn()
  const onBindingRequired = vi.fn()
  const api = createApi({
    base: 'http://bank.test',
    onSessionRequired,
    onBindingRequired,
    sleep: async (ms) => void waits.push(ms),
    fetch: async (request) => {
      asked.push(request)
      const answer = answers.shift()
      if (!answer || answer instanceof Error) throw answer ?? new TypeError('no more answers')
      return answer
    },
  })
  return { api, asked, waits, onSessionRequired, onBindingRequired }
}

async function refusal(call: Promise<unknown>): Promise<ApiProblem> {
  try {
    await call
  } catch (error) {
    if (error instanceof ApiProblem) return error
  }
  throw new Error('should have been refused')
}

afterEach(() => vi.unstubAllGlobals())

describe('the client', () => {
  it('sends a command under the key it was given, each time', async () => {
    const { api, asked, waits } = server(
      json(409, { code: 'request.in_progress' }, { 'retry-after': '2' }),
      json(409, { code: 'request.in_progress' }, { 'retry-after': '60' }),
      json(201, { id: 't1' }),
    )
    await api.need(api.POST('/api/transfers', { body: TRANSFER, ...withKey('key-00000001') }))
    expect(asked.map((request) => request.headers.get('idempotency-key'))).toEqual(Array(3).fill('key-00000001'))
    expect(waits).toEqual([2000, 8000])
    expect(await asked[2]?.json()).toEqual(TRANSFER)
  })

  it('does not wait on a 409 that is an answer', async () => {
    const { api, asked } = server(json(409, { code: 'transfer.wrong_state', detail: '已经提交' }))
    const problem = await refusal(api.need(api.POST('/api/transfers', { body: TRANSFER })))
    expect([problem.status, problem.code, asked.length]).toEqual([409, 'transfer.wrong_state', 1])
    expect(asked[0]?.headers.get('idempotency-key')).toMatch(/^[0-9a-f]{32}$/)
  })

  it('gives back fields, extras, trace and retry-after', async () => {
    const field = { field: 'id_no', code: 'id_no.checksum', reason: '填错了', remedy: '请检查' }
    const { api } = server(
      json(
        422,
        { code: 'challenge.wrong', detail: '不对', left: 3, fields: [field], trace: 'abc' },
        { 'retry-after': '7' },
      ),
    )
    const problem = await refusal(api.need(api.GET('/api/accounts')))
    expect(problem.number('left')).toBe(3)
    expect(problem.fieldOf('id_no')).toEqual(field)
    expect([problem.trace, problem.retryAfter, problem.unanswered]).toEqual(['abc', 7, false])
  })

  it('finds words for an answer without a problem body', async () => {
    const { api } = server(new Response('<html>', { status: 502 }))
    const problem = await refusal(api.need(api.GET('/api/accounts')))
    expect([problem.code, problem.detail]).toEqual(['http.502', '系统正忙，请稍后再试。'])
  })

  it('tells the app when the session is over', async () => {
    const { api, onSessionRequired } = server(json(401, { code: 'session.required' }))
    await refusal(api.need(api.GET('/api/session')))
    expect(onSessionRequired).toHaveBeenCalledOnce()
  })

  it('tells the app when there is no customer yet', async () => {
    const { api, onBindingRequired, onSessionRequired } = server(json(403, { code: 'binding.required' }))
    await refusal(api.need(api.GET('/api/accounts')))
    expect([onBindingRequired.mock.calls.length, onSessionRequired.mock.calls.length]).toEqual([1, 0])
  })

  it('repeats a broken read once, a broken command never', async () => {
    const read = server(new TypeError('reset'), json(200, { accounts: [] }))
    await read.api.need(read.api.GET('/api/accounts'))
    expect(read.asked).toHaveLength(2)

    const command = server(new TypeError('reset'), json(201, {}))
    const problem = await refusal(command.api.need(command.api.POST('/api/transfers', { body: TRANSFER })))
    expect([problem.code, problem.unanswered, command.asked.length]).toEqual([BROKEN, true, 1])
  })

  it('stops waiting at its limit', async () => {
    const api = createApi({
      base: 'http://bank.test',
      readTimeoutMs: 20,
      fetch: () => new Promise(() => {}),
    })
    expect((await refusal(api.need(api.GET('/api/accounts')))).code).toBe(TIMEOUT)
  })

  it('says so at once when the phone is offline', async () => {
    vi.stubGlobal('navigator', { onLine: false })
    const { api, asked } = server()
    expect((await refusal(api.need(api.GET('/api/accounts')))).code).toBe(OFFLINE)
    expect(asked).toHaveLength(0)
  })

  it('makes keys that differ', () => {
    expect(new Set(Array.from({ length: 100 }, newKey)).size).toBe(100)
  })
})
