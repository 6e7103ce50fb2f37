// The typed HTTP client. It owns what every call needs: timeouts, idempotency keys, the wait-and-ask-again of a
// command that is still running, and one error type.
import createClient from 'openapi-fetch'
import { ApiProblem, BROKEN, OFFLINE, TIMEOUT, problemOf, retryAfterOf } from './problem'
import type { paths } from './schema'

/** Header parameters are this client's business, so callers never have to spell them. */
type HeaderFree<T> = {
  [P in keyof T]: {
    [M in keyof T[P]]: T[P][M] extends { parameters: infer Q }
      ? Omit<T[P][M], 'parameters'> & { parameters: Omit<Q, 'header'> & { header?: never } }
      : T[P][M]
  }
}

export interface ApiOptions {
  base?: string
  readTimeoutMs?: number
  commandTimeoutMs?: number
  /** Called when the session is missing or over; the call itself still rejects. */
  onSessionRequired?: (problem: ApiProblem) => void
  /** Called when the person is known to WeChat but not bound to a customer of the bank. */
  onBindingRequired?: (problem: ApiProblem) => void
  fetch?: (request: Request) => Promise<Response>
  sleep?: (ms: number) => Promise<void>
}

const KEY_HEADER = 'Idempotency-Key'
/** A command that another request already carries out answers 409 + Retry-After; after this many we give up waiting. */
const RUNNING_RETRIES = 4
const LONGEST_WAIT_S = 8

/** 128 random bits; made before the first send and kept by the caller for as long as the same command may be re-sent. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Headers for a command that must survive a re-send. */
export function withKey(key: string): { headers: Record<string, string> } {
  return { headers: { [KEY_HEADER]: key } }
}

export function createApi(options: ApiOptions = {}) {
  const client = createClient<HeaderFree<paths>>({
    baseUrl: options.base ?? globalThis.location?.origin ?? '',
    credentials: 'same-origin',
    fetch: (request: Request) => send(request, options),
  })

  /** Turns openapi-fetch's pair into a value or a thrown ApiProblem. */
  async function need<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
    const { data, error, response } = await call
    if (response.ok) return data as T
    const problem = problemOf(response, error)
    if (problem.status === 401 && problem.code === 'session.required') options.onSessionRequired?.(problem)
    if (problem.status === 403 && problem.code === 'binding.required') options.onBindingRequired?.(problem)
    throw problem
  }

  return { ...client, need }
}

export type Api = ReturnType<typeof createApi>

async function send(request: Request, options: ApiOptions): Promise<Response> {
  const reads = request.method === 'GET' || request.method === 'HEAD'
  if (!reads && !request.headers.has(KEY_HEADER)) request.headers.set(KEY_HEADER, newKey())
  const limit = reads ? (options.readTimeoutMs ?? 10_000) : (options.commandTimeoutMs ?? 20_000)
  const sleep = options.sleep ?? ((ms: number) => new Promise((done) => setTimeout(done, ms)))

  for (let attempt = 0; ; attempt += 1) {
    let response: Response
    try {
      response = await within(limit, request.clone(), options.fetch)
    } catch (error) {
      const problem = ApiProblem.from(error)
      // Only a read may be repeated here: whether to re-send a command is the page's decision.
      if (reads && attempt === 0 && problem.code === BROKEN) {
        await sleep(500)
        continue
      }
      throw problem
    }
    const wait = retryAfterOf(response)
    const running = response.status === 409 && wait > 0
    if (!running || attempt >= RUNNING_RETRIES) return response
    await sleep(Math.min(wait, LONGEST_WAIT_S) * 1000)
  }
}

async function within(limit: number, request: Request, custom: ApiOptions['fetch']): Promise<Response> {
  if (globalThis.navigator?.onLine === false) throw ApiProblem.noAnswer(OFFLINE)
  const stop = new AbortController()
  const bounded = new Request(request, { signal: stop.signal })
  let timer: ReturnType<typeof setTimeout> | undefined
  // A race, because a custom fetch need not listen to the signal.
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => {
      fail(ApiProblem.noAnswer(TIMEOUT))
      stop.abort()
    }, limit)
  })
  try {
    return await Promise.race([custom ? custom(bounded) : fetch(bounded), late])
  } catch (error) {
    throw error instanceof ApiProblem ? error : ApiProblem.noAnswer(BROKEN)
  } finally {
    clearTimeout(timer)
  }
}
