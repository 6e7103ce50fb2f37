// The last customer search, kept while the page lives so that “back” from a customer finds the list as it was. In
// memory only: what identifies a person goes into no address and no storage, and is dropped with the session.
import { ref, watch } from 'vue'
import * as api from '../api'
import type { CustomerRow, SearchBy } from '../api'
import { staff } from '../session'
import { useKeyset } from './keyset'

export const by = ref<SearchBy>('phone')
export const value = ref('')

const sent = { by: by.value, value: '' }

export const found = useKeyset<CustomerRow>((cursor) => api.searchCustomers(sent.by, sent.value, cursor))

export function search(): Promise<void> {
  sent.by = by.value
  sent.value = clean(by.value, value.value)
  found.forget()
  return found.load()
}

/** Spaces inside numbers come from copying; inside a name they may be meant. */
export function clean(kind: SearchBy, text: string): string {
  return kind === 'name' ? text.trim() : text.replace(/[\s-]/g, '').toUpperCase()
}

watch(
  () => staff.value?.id,
  () => {
    value.value = ''
    sent.value = ''
    found.forget()
  },
)
