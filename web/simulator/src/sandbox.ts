// The sandbox's HTTP surface as this page uses it: who may hold the phone, what is in the chat and the SMS inbox, and
// the switchboard of faults. Nothing else of the bank is called from here, so the page shows what a customer would
// see.

export interface Person {
  openid: string
  nickname: string
  avatar_color: string
  phone: string
  following: boolean
  demo: { name: string; id_no: string; card_no: string; pay_password: string; bound: boolean }
}

export interface Cast {
  persons: Person[]
  account: { name: string; gh: string }
}

export interface ChatLink {
  text: string
  url: string
}

export interface ChatItem {
  seq: number
  at: number
  from: 'me' | 'account'
  type: 'text' | 'news' | 'template' | 'event'
  text: string
  links: ChatLink[]
  template: { title: string; rows: { label: string; value: string }[]; url: string | null } | null
  status: string
}

export interface Sms {
  seq: number
  at: number
  text: string
}

export interface Batch<T> {
  items: T[]
  last: number
}

/** An order of WeChat Pay as the phone knows it; amounts are fen. */
export interface PayOrder {
  key: string
  description: string
  total: number
  state: string
}

/** One entry of the account's menu, in the platform's own JSON. */
export interface MenuButton {
  type?: string
  name: string
  key?: string
  url?: string
  sub_button?: MenuButton[]
}

/** Longest silence of a long poll before it is asked again. */
const POLL_MS = 20_000

/** An answer that is not 2xx, or none at all (`status` 0). */
export class SandboxError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message)
  }
}

async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
  let answer: Response
  try {
    answer = await fetch(`/sandbox${path}`, { cache: 'no-store', ...init })
  } catch (e) {
    if (init.signal?.aborted) throw e
    throw new SandboxError(0, '连不上演示服务，请确认它仍在运行。')
  }
  const body = await answer.text()
  if (!answer.ok) throw new SandboxError(answer.status, reason(body, answer.status))
  return (body ? JSON.parse(body) : {}) as T
}

/** The Chinese sentence of a refusal, or one of ours when it has none. */
function reason(body: string, status: number): string {
  try {
    const problem = JSON.parse(body) as { detail?: unknown }
    if (typeof problem.detail === 'string') return problem.detail
  } catch {
    // Not JSON: a proxy's page, say. The status below is all there is to tell.
  }
  return status === 404 ? '演示服务没有打开（需要以 --demo 启动）。' : `演示服务答复 ${status}，请稍后再试。`
}

function post(path: string, body: unknown = {}): Promise<unknown> {
  return call(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
}

const of = (openid: string) => `/phone/${encodeURIComponent(openid)}`

export const persons = (signal?: AbortSignal) => call<Cast>('/phone/persons', { signal })
export const menu = (openid: string, signal?: AbortSignal) =>
  call<{ buttons: MenuButton[] }>(`${of(openid)}/menu`, { signal })
/** The first look asks without waiting, so that an empty chat shows as empty at once. */
const wait = (after: number, first: boolean) => `after=${after}&wait_ms=${first ? 0 : POLL_MS}`

export const chat = (openid: string, after: number, first: boolean, signal: AbortSignal) =>
  call<Batch<ChatItem>>(`${of(openid)}/chat?${wait(after, first)}`, { signal })
export const sms = (openid: string, after: number, first: boolean, signal: AbortSignal) =>
  call<Batch<Sms>>(`${of(openid)}/sms?${wait(after, first)}`, { signal })

export const follow = (openid: string) => post(`${of(openid)}/follow`)
export const unfollow = (openid: string) => post(`${of(openid)}/unfollow`)
export const say = (openid: string, content: string) => post(`${of(openid)}/text`, { content })
export const click = (openid: string, key: string) => post(`${of(openid)}/click`, { key })
/** Puts this phone into the browser's hand, so that the authorize page knows whose it is. */
export const hold = (openid: string) => post(`${of(openid)}/open`)

const purse = (openid: string) => `/pay/phone/${encodeURIComponent(openid)}`
export const orders = (openid: string) => call<PayOrder[]>(`${purse(openid)}/orders`)
/** What a QR code is for; refused when it is none, or over. */
export const scan = (openid: string, code: string) =>
  post(`${purse(openid)}/scan`, { key: code }) as Promise<PayOrder>
export const pay = (openid: string, key: string) => post(`${purse(openid)}/pay`, { key })

export const faults = (signal?: AbortSignal) => call<Record<string, Record<string, unknown>>>('/faults', { signal })
export const setFaults = (patch: Record<string, Record<string, unknown>>) => post('/faults', patch)
