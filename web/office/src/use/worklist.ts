// The work-list as it was last shown: what it was filtered by and in which order its cases stood, so that “next” from a
// case goes where the eye would go. In memory only; dropped with the session.
import { computed, reactive, watch } from 'vue'
import * as api from '../api'
import type { CaseLine, CaseQuery } from '../api'
import { staff } from '../session'
import { useKeyset } from './keyset'

export interface CaseFilter {
  kind?: CaseQuery['kind']
  state?: CaseQuery['state']
  owner?: CaseQuery['owner']
  overdue: boolean
}

export const filter = reactive<CaseFilter>({ overdue: false })

export const list = useKeyset<CaseLine>((cursor) =>
  api.cases(
    {
      ...(filter.kind && { kind: filter.kind }),
      ...(filter.state && { state: filter.state }),
      ...(filter.owner && { owner: filter.owner }),
      ...(filter.overdue && { overdue: true }),
    },
    cursor,
  ),
)

/** The case after this one in the list; none at its end. */
export function nextOf(id: string): string | null {
  const at = list.items.value.findIndex((one) => one.id === id)
  return list.items.value[at + 1]?.id ?? null
}

export const filtered = computed(() => Boolean(filter.kind || filter.state || filter.owner || filter.overdue))

watch(
  () => staff.value?.id,
  () => {
    Object.assign(filter, { kind: undefined, state: undefined, owner: undefined, overdue: false })
    list.forget()
  },
)
