// Who is here: the session as the server sees it, and the elder mode that belongs to the person.
import { ApiProblem, type Preferences, type SessionView } from '@weigui/shared'
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { api, signedIn } from './api'
import { forgetDrafts } from './draft'

const ELDER_MEMORY = 'wg.elder'

/** Applied before the session is known, so that a page does not change its size under the reader's eyes. */
export function applyElder(on: boolean): void {
  document.documentElement.toggleAttribute('data-elder', on)
  try {
    localStorage.setItem(ELDER_MEMORY, on ? '1' : '0')
  } catch {
    // Without storage the switch still works for this page.
  }
}

export function elderRemembered(): boolean {
  try {
    return localStorage.getItem(ELDER_MEMORY) === '1'
  } catch {
    return false
  }
}

export const useSession = defineStore('session', () => {
  const view = shallowRef<SessionView | null>(null)
  const elder = ref(elderRemembered())
  let loading: Promise<void> | null = null

  function take(next: SessionView): void {
    view.value = next
    signedIn()
    if (next.customer) setElder(next.elder)
  }

  function setElder(on: boolean): void {
    elder.value = on
    applyElder(on)
  }

  /** Loads once; a failure without an answer leaves the page to show its own error state. */
  async function ready(): Promise<void> {
    if (view.value) return
    loading ??= refresh().finally(() => (loading = null))
    await loading
  }

  async function refresh(): Promise<void> {
    take(await api.need(api.GET('/api/session')))
  }

  /** The screen changes at once; the bank remembers it when it can. */
  async function chooseElder(on: boolean): Promise<void> {
    setElder(on)
    if (!view.value?.customer) return
    try {
      await prefer({ elder: on })
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
    }
  }

  async function prefer(change: Partial<Preferences>): Promise<void> {
    const preferences = await api.need(api.PUT('/api/preferences', { body: change }))
    if (view.value) view.value = { ...view.value, elder: preferences.elder, preferences }
  }

  async function leave(): Promise<void> {
    await api.need(api.POST('/api/session/logout'))
    forget()
  }

  async function unbind(): Promise<void> {
    await api.need(api.POST('/api/bindings/unbind'))
    forget()
  }

  function forget(): void {
    forgetDrafts()
    view.value = null
  }

  return { view, elder, take, ready, refresh, prefer, chooseElder, leave, unbind }
})
