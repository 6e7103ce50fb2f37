// A list read page by page with the server's cursor. A new reading drops the pages of the old one, also those that are
// still on their way; what is shown stays until the answer comes.
import { ApiProblem } from '@weigui/shared'
import { ref, shallowRef } from 'vue'
import type { State } from './load'

export interface KeysetPage<T> {
  items: T[]
  next?: string | null
}

export function useKeyset<T>(read: (cursor: string | null) => Promise<KeysetPage<T>>) {
  const items = shallowRef<T[]>([])
  const state = ref<State | 'idle'>('idle')
  const problem = shallowRef<ApiProblem | null>(null)
  const next = ref<string | null>(null)
  const moreBusy = ref(false)
  const moreProblem = shallowRef<ApiProblem | null>(null)
  let turn = 0

  async function load(): Promise<void> {
    turn += 1
    const mine = turn
    state.value = 'loading'
    problem.value = null
    moreBusy.value = false
    moreProblem.value = null
    try {
      const page = await read(null)
      if (mine !== turn) return
      items.value = page.items
      next.value = page.next ?? null
      state.value = 'ready'
    } catch (error) {
      if (mine !== turn) return
      items.value = []
      next.value = null
      problem.value = ApiProblem.from(error)
      state.value = 'failed'
    }
  }

  async function more(): Promise<void> {
    if (next.value === null || moreBusy.value) return
    const mine = turn
    moreBusy.value = true
    moreProblem.value = null
    try {
      const page = await read(next.value)
      if (mine !== turn) return
      items.value = [...items.value, ...page.items]
      next.value = page.next ?? null
    } catch (error) {
      if (mine === turn) moreProblem.value = ApiProblem.from(error)
    } finally {
      if (mine === turn) moreBusy.value = false
    }
  }

  function forget(): void {
    turn += 1
    items.value = []
    next.value = null
    state.value = 'idle'
    problem.value = null
  }

  return { items, state, problem, next, moreBusy, moreProblem, load, more, forget }
}
