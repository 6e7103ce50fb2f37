// Who is logged in, what they may do, and how long the session lives without a touch. The server decides all three;
// this is its echo, so that the page need not guess. Several tabs share one session, hence the shared deadline.
import { computed, ref } from 'vue'
import * as api from './api'
import type { Staff } from './api'

export type Ending = 'expired' | 'idle' | 'logout'

export const staff = ref<Staff | null>(null)
/** When the server will end the session if nothing is asked of it before: ms, by this machine's clock. */
export const idleEndsAt = ref(0)
export const homeless = computed(() => staff.value === null)

const SHARED_KEY = 'weigui.office.idle_ends_at'
const SHARE_EVERY_MS = 3_000

let window_ms = 0
let asked = false
let sharedAt = 0
let ended: (why: Ending) => void = () => {}

export const can = (permission: string | null): boolean =>
  permission === null || (staff.value?.permissions.includes(permission) ?? false)

export function onEnd(then: (why: Ending) => void): void {
  ended = then
}

/** Asks the server once per page load whether a session is still there. */
export async function recall(): Promise<void> {
  if (asked) return
  asked = true
  try {
    begin(await api.me())
  } catch {
    staff.value = null
  }
}

export function begin(view: Staff): void {
  asked = true
  staff.value = view
  window_ms = Math.max(0, view.idle_expires_at - api.serverNow())
  idleEndsAt.value = Date.now() + window_ms
  share(true)
}

export async function stay(): Promise<void> {
  begin(await api.stay())
}

export async function leave(why: Ending): Promise<void> {
  // The server is told in any case; when it cannot be reached the session dies of idleness there.
  await api.logout().catch(() => undefined)
  end(why)
}

function end(why: Ending): void {
  if (staff.value === null) return
  staff.value = null
  idleEndsAt.value = 0
  forget()
  ended(why)
}

function alive(): void {
  if (!staff.value) return
  idleEndsAt.value = Date.now() + window_ms
  share(false)
}

function share(now: boolean): void {
  if (!now && Date.now() - sharedAt < SHARE_EVERY_MS) return
  sharedAt = Date.now()
  try {
    localStorage.setItem(SHARED_KEY, String(idleEndsAt.value))
  } catch {
    // Without storage each tab keeps its own deadline: earlier, never later, than the server's.
  }
}

function forget(): void {
  try {
    localStorage.removeItem(SHARED_KEY)
  } catch {
    // As above.
  }
}

function heard(event: StorageEvent): void {
  if (event.key !== SHARED_KEY || !staff.value) return
  if (event.newValue === null) {
    // Another tab logged out: see whether the session is really gone.
    void api.stay().catch(() => undefined)
    return
  }
  const at = Number(event.newValue)
  if (Number.isSafeInteger(at)) idleEndsAt.value = Math.max(idleEndsAt.value, at)
}

window.addEventListener('storage', heard)
api.onSession({ alive, over: () => end('expired') })
