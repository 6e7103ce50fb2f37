// Every call of the back office, once. A 401 anywhere but on the login page means that the session is over; success
// means that the server has just moved the idle timeout, so the clock of the shell is told.
import { ApiProblem, createApi } from '@weigui/shared'

/** How far the server's clock is ahead of this machine's (ms): deadlines are the server's, the machine's may be wrong. */
let ahead = 0
export const toServer = (ms: number): number => ms + ahead
export const serverNow = (): number => toServer(Date.now())

const client = createApi({
  fetch: async (request) => {
    const answer = await fetch(request)
    const at = Date.parse(answer.headers.get('date') ?? '')
    if (!Number.isNaN(at)) ahead = at - Date.now()
    return answer
  },
})

interface Watcher {
  alive: () => void
  over: (problem: ApiProblem) => void
}
let watcher: Watcher = { alive: () => {}, over: () => {} }

export function onSession(next: Watcher): void {
  watcher = next
}

async function ask<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  try {
    const answer = await client.need(call)
    watcher.alive()
    return answer
  } catch (error) {
    const problem = ApiProblem.from(error)
    if (problem.status === 401) watcher.over(problem)
    throw problem
  }
}

export type SearchBy = 'phone' | 'id_no' | 'name' | 'card_no' | 'customer_no'
export type RevealField = 'name' | 'phone' | 'id_no'

export interface AuditQuery {
  actor?: string
  action?: string
  subject?: string
  /** Instants, ms: from included, to not. */
  from?: number
  to?: number
}

export const login = (login: string, password: string) =>
  client.need(client.POST('/api/office/login', { body: { login, password } }))
export const loginTotp = (ticket: string, code: string) =>
  client.need(client.POST('/api/office/login/totp', { body: { ticket, code } }))
/** Asked before anybody is known to be logged in, so a 401 here is an answer and not an end. */
export const me = () => client.need(client.GET('/api/office/me'))
export const stay = () => ask(client.GET('/api/office/me'))
export const logout = () => client.need(client.POST('/api/office/logout'))

export const overview = () => ask(client.GET('/api/office/overview'))
export const nodes = () => ask(client.GET('/api/office/nodes'))
export const policies = () => ask(client.GET('/api/office/policies'))

/** By POST, so that what identifies a person never stands in an address or a log of addresses. */
export const searchCustomers = (by: SearchBy, value: string, cursor: string | null) =>
  ask(client.POST('/api/office/customers/search', { body: { by, value, ...(cursor ? { cursor } : {}) } }))
export const customer = (id: string) => ask(client.GET('/api/office/customers/{id}', { params: { path: { id } } }))
export const reveal = (id: string, field: RevealField, reason: string) =>
  ask(client.POST('/api/office/customers/{id}/reveal', { params: { path: { id } }, body: { field, reason } }))
export const revokeSessions = (id: string, reason: string) =>
  ask(client.POST('/api/office/customers/{id}/sessions/revoke', { params: { path: { id } }, body: { reason } }))

export const audit = (query: AuditQuery, cursor: string | null) =>
  ask(client.GET('/api/office/audit', { params: { query: { ...query, ...(cursor ? { cursor } : {}) } } }))
export const verifyAudit = () => ask(client.GET('/api/office/audit/verify'))

export interface CaseQuery {
  kind?: 'unknown_transfer' | 'difference' | 'recon_file' | 'dispute' | 'pay_in'
  state?: 'open' | 'claimed' | 'checking' | 'closed'
  owner?: 'me' | 'none'
  overdue?: boolean
}

const oneOf = (id: string) => ({ params: { path: { id } } })

export const cases = (query: CaseQuery, cursor: string | null) =>
  ask(client.GET('/api/office/cases', { params: { query: { ...query, ...(cursor ? { cursor } : {}) } } }))
export const caseCounts = () => ask(client.GET('/api/office/cases/counts'))
export const oneCase = (id: string) => ask(client.GET('/api/office/cases/{id}', oneOf(id)))
/** Every command names the version that was shown: a late click is refused, not done twice. */
export const claimCase = (id: string, version: number) =>
  ask(client.POST('/api/office/cases/{id}/claim', { ...oneOf(id), body: { version } }))
export const releaseCase = (id: string, version: number, text: string) =>
  ask(client.POST('/api/office/cases/{id}/release', { ...oneOf(id), body: { version, text } }))
export const noteCase = (id: string, version: number, text: string) =>
  ask(client.POST('/api/office/cases/{id}/notes', { ...oneOf(id), body: { version, text } }))
export const askCase = (id: string, version: number) =>
  ask(client.POST('/api/office/cases/{id}/ask', { ...oneOf(id), body: { version } }))
export const resolveCase = (
  id: string,
  body: { version: number; outcome: string; text: string; answer?: string },
) => ask(client.POST('/api/office/cases/{id}/resolve', { ...oneOf(id), body }))
export const proposeCorrection = (
  id: string,
  body: { version: number; direction: 'to_customer' | 'from_customer'; amount_fen: number; text: string },
) => ask(client.POST('/api/office/cases/{id}/corrections', { ...oneOf(id), body }))
export const checkCorrection = (
  id: string,
  body: { version: number; correction_id: string; approve: boolean; hash: string; text: string; answer?: string },
) => ask(client.POST('/api/office/cases/{id}/check', { ...oneOf(id), body }))

export const recons = (kind: string | undefined, cursor: string | null) =>
  ask(
    client.GET('/api/office/reconciliations', {
      params: { query: { ...(kind ? { kind } : {}), ...(cursor ? { cursor } : {}) } },
    }),
  )
export const recon = (id: string) => ask(client.GET('/api/office/reconciliations/{id}', oneOf(id)))
export const reconSources = () => ask(client.GET('/api/office/reconciliations/sources'))
export const rerunRecon = (body: { kind: ReconSource['kind']; party: string; date: string; reason: string }) =>
  ask(client.POST('/api/office/reconciliations', { body }))

export const charges = () => ask(client.GET('/api/office/collections/charges'))
export const collections = (cursor: string | null) =>
  ask(client.GET('/api/office/collections', { params: { query: cursor ? { cursor } : {} } }))
export const collection = (id: string) => ask(client.GET('/api/office/collections/{id}', oneOf(id)))
/** The key is the caller's: a second click on the same form opens the same collection. */
export const openCollection = (key: string, body: { charge: string; amount_fen: number; remark: string }) =>
  ask(client.POST('/api/office/collections', { headers: { 'Idempotency-Key': key }, body }))
export const collectionCode = (id: string) => ask(client.POST('/api/office/collections/{id}/code', oneOf(id)))
export const closeCollection = (id: string) => ask(client.POST('/api/office/collections/{id}/close', oneOf(id)))
export const proposeRefund = (id: string, key: string, body: { amount_fen: number; reason: string }) =>
  ask(
    client.POST('/api/office/collections/{id}/refunds', { ...oneOf(id), headers: { 'Idempotency-Key': key }, body }),
  )
export const checkRefund = (id: string, body: { refund_id: string; approve: boolean; hash: string }) =>
  ask(client.POST('/api/office/collections/{id}/check', { ...oneOf(id), body }))

type Answer<F extends (...args: never[]) => Promise<unknown>> = Awaited<ReturnType<F>>
export type Staff = Answer<typeof me>
export type Overview = Answer<typeof overview>
export type Nodes = Answer<typeof nodes>
export type NodeRow = Nodes['nodes'][number]
export type Policy = Answer<typeof policies>['items'][number]
export type CustomerRow = Answer<typeof searchCustomers>['items'][number]
export type Customer = Answer<typeof customer>
export type AuditRow = Answer<typeof audit>['items'][number]
export type CaseLine = Answer<typeof cases>['items'][number]
export type OneCase = Answer<typeof oneCase>
export type CollectionLine = Answer<typeof collections>['items'][number]
export type Collection = Answer<typeof collection>
export type ReconLine = Answer<typeof recons>['items'][number]
export type ReconSource = Answer<typeof reconSources>['items'][number]
