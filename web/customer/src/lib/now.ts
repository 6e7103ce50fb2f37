// The bank's clock as far as the browser can know it: a phone whose own clock is wrong must not show wrong countdowns.
import { onScopeDispose, ref, type Ref } from 'vue'

let skewMs = 0

/** `date` is the Date header of an answer; it has whole seconds only, so small differences are left alone. */
export function noteServerTime(date: string | null): void {
  const server = date === null ? Number.NaN : Date.parse(date)
  if (Number.isNaN(server)) return
  const skew = server - Date.now()
  skewMs = Math.abs(skew) < 2_500 ? 0 : skew
}

export const bankNow = (): number => Date.now() + skewMs

/** The bank's time, once a second, while the component lives. */
export function useNow(): Ref<number> {
  const now = ref(bankNow())
  const timer = setInterval(() => (now.value = bankNow()), 1000)
  onScopeDispose(() => clearInterval(timer))
  return now
}
