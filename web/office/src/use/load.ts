// One thing read from the server, with its states. A later read always wins over an earlier one that comes home late;
// when a repeat fails, what was read before stays on the page and the fault is told beside it.
import { ApiProblem } from '@weigui/shared'
import { ref, shallowRef } from 'vue'

export type State = 'loading' | 'ready' | 'failed'

export function useLoad<T>(read: () => Promise<T>) {
  const data = shallowRef<T | null>(null)
  const state = ref<State>('loading')
  const problem = shallowRef<ApiProblem | null>(null)
  const busy = ref(false)
  const readAt = ref(0)
  let turn = 0

  async function load(): Promise<void> {
    turn += 1
    const mine = turn
    busy.value = true
    if (data.value === null) state.value = 'loading'
    try {
      const answer = await read()
      if (mine !== turn) return
      data.value = answer
      readAt.value = Date.now()
      problem.value = null
      state.value = 'ready'
    } catch (error) {
      if (mine !== turn) return
      problem.value = ApiProblem.from(error)
      state.value = data.value === null ? 'failed' : 'ready'
    } finally {
      if (mine === turn) busy.value = false
    }
  }

  return { data, state, problem, busy, readAt, load }
}
