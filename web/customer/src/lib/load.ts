// The three states that every page has: loading, here it is, something went wrong (with retry).
import { ApiProblem } from '@weigui/shared'
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'

export interface Loaded<T> {
  data: ShallowRef<T | null>
  problem: ShallowRef<ApiProblem | null>
  busy: Ref<boolean>
  reload: () => Promise<void>
}

/** An answer younger than this is not asked for again when the page comes back into sight. */
const FRESH_MS = 5_000

/**
 * Loads at once; a later call that overtakes an earlier one wins; asks again by itself when the network comes back or
 * the person returns to the page.
 */
export function useLoad<T>(ask: () => Promise<T>): Loaded<T> {
  const data = shallowRef<T | null>(null)
  const problem = shallowRef<ApiProblem | null>(null)
  const busy = ref(false)
  let turn = 0
  let answeredAt = 0

  async function reload(): Promise<void> {
    turn += 1
    const mine = turn
    busy.value = true
    try {
      const answer = await ask()
      if (mine !== turn) return
      data.value = answer
      answeredAt = Date.now()
      problem.value = null
    } catch (error) {
      if (mine === turn) problem.value = ApiProblem.from(error)
    } finally {
      if (mine === turn) busy.value = false
    }
  }

  const back = () => {
    if (problem.value?.unanswered) void reload()
  }
  const seen = () => {
    if (!document.hidden && data.value !== null && Date.now() - answeredAt > FRESH_MS) void reload()
  }
  addEventListener('online', back)
  document.addEventListener('visibilitychange', seen)
  onScopeDispose(() => {
    turn += 1
    removeEventListener('online', back)
    document.removeEventListener('visibilitychange', seen)
  })
  void reload()
  return { data, problem, busy, reload }
}

/** One action at a time: remembers that it runs and what it failed with. */
export function useAction() {
  const busy = ref(false)
  const problem = shallowRef<ApiProblem | null>(null)

  async function run<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (busy.value) return undefined
    busy.value = true
    problem.value = null
    try {
      return await work()
    } catch (error) {
      problem.value = ApiProblem.from(error)
      return undefined
    } finally {
      busy.value = false
    }
  }

  return { busy, problem, run }
}
