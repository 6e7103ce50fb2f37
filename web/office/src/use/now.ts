// The present moment as a value that a page can show, second by second.
import { onBeforeUnmount, ref } from 'vue'

export function useNow(everyMs = 1_000) {
  const now = ref(Date.now())
  const timer = window.setInterval(() => (now.value = Date.now()), everyMs)
  onBeforeUnmount(() => clearInterval(timer))
  return now
}
