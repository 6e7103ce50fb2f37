// After a new version is put in place, a page that was open before asks for parts that no longer exist. Loading the page
// anew mends it; doing so again and again would not.

const MEMORY = 'wg.renewed'
const QUIET_MS = 60_000

/** True when the page is being loaded anew; false when that was tried just now, or the phone has no network. */
export function reloadOnce(reload: () => void = () => location.reload(), now: number = Date.now()): boolean {
  if (navigator.onLine === false) return false
  const last = Number.parseInt(sessionStorage.getItem(MEMORY) ?? '0', 10)
  if (now - last < QUIET_MS) return false
  sessionStorage.setItem(MEMORY, String(now))
  reload()
  return true
}
