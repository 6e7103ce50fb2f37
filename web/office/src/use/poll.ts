// Repeats a read while somebody is looking: not in a hidden tab, not when it is switched off, and not for ever in front
// of an empty chair, since every read also keeps the session alive.
import { computed, onBeforeUnmount, onMounted, ref } from 'vue'

const EMPTY_CHAIR_MS = 5 * 60_000
const SIGNS_OF_LIFE = ['pointerdown', 'keydown', 'wheel', 'pointermove'] as const

export function usePoll(read: () => Promise<void>, everyMs: number) {
  const wanted = ref(true)
  const hidden = ref(document.hidden)
  const away = ref(false)
  const running = computed(() => wanted.value && !hidden.value && !away.value)
  let seenAt = Date.now()
  let timer = 0

  async function tick(): Promise<void> {
    away.value = Date.now() - seenAt > EMPTY_CHAIR_MS
    if (running.value) await read()
    timer = window.setTimeout(() => void tick(), everyMs)
  }

  function alive(): void {
    seenAt = Date.now()
    if (away.value) restart()
  }

  function restart(): void {
    clearTimeout(timer)
    away.value = false
    void tick()
  }

  function visibility(): void {
    hidden.value = document.hidden
    if (!document.hidden) restart()
  }

  onMounted(() => {
    document.addEventListener('visibilitychange', visibility)
    for (const sign of SIGNS_OF_LIFE) window.addEventListener(sign, alive, { passive: true })
    void tick()
  })
  onBeforeUnmount(() => {
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', visibility)
    for (const sign of SIGNS_OF_LIFE) window.removeEventListener(sign, alive)
  })

  return { wanted, running, restart }
}
