// Single keys that do what a button of the page does. Never while somebody types, holds a modifier, or has a dialog
// open; a person who needs no such keys switches them off, and a reader's own keys come first (WCAG 2.1.4).
import { onBeforeUnmount, onMounted, ref } from 'vue'

const MEMORY = 'weigui.office.hotkeys'

export const hotkeysOn = ref(localStorage.getItem(MEMORY) !== 'off')

export function switchHotkeys(on: boolean): void {
  hotkeysOn.value = on
  localStorage.setItem(MEMORY, on ? 'on' : 'off')
}

const writes = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** A dialog that is closed stays in the page, unseen. */
const dialogOpen = (): boolean =>
  [...document.querySelectorAll('[role=dialog]')].some((dialog) => dialog.checkVisibility())

export function useHotkeys(keys: Record<string, () => void>): void {
  function press(event: KeyboardEvent): void {
    if (!hotkeysOn.value || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    if (writes(event.target) || dialogOpen()) return
    const act = keys[event.key]
    if (!act) return
    event.preventDefault()
    act()
  }
  onMounted(() => window.addEventListener('keydown', press))
  onBeforeUnmount(() => window.removeEventListener('keydown', press))
}
