// Forms that survive a reload or a detour through WeChat's sign-in. Kept for this tab only; never give it a password.
import { reactive, watch } from 'vue'

export function useDraft<T extends object>(name: string, fresh: () => T): { draft: T; clear: () => void } {
  const place = `wg.draft.${name}`
  const draft = reactive({ ...fresh(), ...kept<T>(place) }) as T
  watch(draft, () => keep(place, draft), { deep: true, flush: 'sync' })
  const clear = () => {
    Object.assign(draft, fresh())
    sessionStorage.removeItem(place)
  }
  return { draft, clear }
}

export function keep(place: string, value: unknown): void {
  try {
    sessionStorage.setItem(place, JSON.stringify(value))
  } catch {
    // A full or forbidden storage only costs the comfort of a reload.
  }
}

export function kept<T>(place: string): Partial<T> {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(place) ?? '{}')
    return typeof value === 'object' && value !== null ? (value as Partial<T>) : {}
  } catch {
    return {}
  }
}

/** Everything a next person on the same phone must not find. */
export function forgetDrafts(): void {
  for (const place of Object.keys(sessionStorage)) {
    if (place.startsWith('wg.draft.')) sessionStorage.removeItem(place)
  }
}
