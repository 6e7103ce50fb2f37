// A loop around one long poll: asks again at once when something came, waits when the other side answers empty too
// fast, backs off when it is gone, and stops for good, request and pause included, when it is told to.

export type Line = 'connecting' | 'live' | 'lost'

const IDLE_PAUSE_MS = 1_200
const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 15_000

/** `pull` says whether it brought anything. The answer of `watch` ends the loop. */
export function watch(pull: (signal: AbortSignal) => Promise<boolean>, line: (state: Line) => void): () => void {
  const stop = new AbortController()
  void run(pull, line, stop.signal)
  return () => stop.abort()
}

async function run(
  pull: (signal: AbortSignal) => Promise<boolean>,
  line: (state: Line) => void,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0
  line('connecting')
  while (!signal.aborted) {
    const began = performance.now()
    try {
      const brought = await pull(signal)
      if (signal.aborted) return
      failures = 0
      line('live')
      // A server that does not hold the request open must not be hammered.
      if (!brought && performance.now() - began < IDLE_PAUSE_MS) await pause(IDLE_PAUSE_MS, signal)
    } catch {
      if (signal.aborted) return
      failures += 1
      line('lost')
      await pause(Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1)), signal)
    }
  }
}

/** Sleeps until the time is over, the browser is online again, or the loop is ended. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer)
      window.removeEventListener('online', end)
      signal.removeEventListener('abort', end)
      done()
    }
    const timer = setTimeout(end, ms)
    window.addEventListener('online', end)
    signal.addEventListener('abort', end)
  })
}
