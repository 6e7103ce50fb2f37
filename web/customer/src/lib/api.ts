// The one client of this app, and what it does when the bank says "sign in" or "bind first".
import { createApi, newKey, type ApiProblem } from '@weigui/shared'
import { noteServerTime } from './now'

const LOOP_MEMORY = 'wg.oauth'
const LOOP_MS = 30_000
const LOOP_LIMIT = 3

export const api = createApi({
  onSessionRequired: () => signIn(),
  // The binding ended elsewhere while this page was open.
  onBindingRequired: () =>
    location.replace(`/h5/bind?to=${encodeURIComponent(location.pathname.replace(/^\/h5/, ''))}`),
  fetch: async (request) => {
    const response = await fetch(request)
    noteServerTime(response.headers.get('date'))
    return response
  },
})

/** Off to WeChat for a new session, and back to this very page. Several failures in a row end on the error page instead. */
export function signIn(path = location.pathname + location.search): void {
  if (path.startsWith('/h5/error')) return
  const recent = recentStarts()
  if (recent.length >= LOOP_LIMIT) {
    sessionStorage.removeItem(LOOP_MEMORY)
    location.replace('/h5/error?code=oauth.loop')
    return
  }
  sessionStorage.setItem(LOOP_MEMORY, JSON.stringify([...recent, Date.now()]))
  location.replace(`/api/oauth/start?to=${encodeURIComponent(path)}`)
}

/** A page that loaded its session proves that the sign-in worked. */
export function signedIn(): void {
  sessionStorage.removeItem(LOOP_MEMORY)
}

function recentStarts(): number[] {
  try {
    const starts: unknown = JSON.parse(sessionStorage.getItem(LOOP_MEMORY) ?? '[]')
    if (!Array.isArray(starts)) return []
    return starts.filter((at): at is number => typeof at === 'number' && Date.now() - at < LOOP_MS)
  } catch {
    return []
  }
}

/**
 * Keeps a key together with what it was sent with: the same content goes out under the same key again, other content
 * under a new one.
 */
export interface SentKey {
  key: string
  content: string
}

export function keyFor(content: unknown, sent: SentKey | null): SentKey {
  const text = JSON.stringify(content)
  return sent?.content === text ? sent : { key: newKey(), content: text }
}

export const isCode = (problem: ApiProblem | null, ...codes: string[]): boolean =>
  problem !== null && codes.includes(problem.code)
