// The long-poll loop: it must neither hammer, nor sleep on news, nor live on after it was ended.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { watch, type Line } from '../src/watch'

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('window', new EventTarget())
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const turns = async (ms: number) => vi.advanceTimersByTimeAsync(ms)

describe('a watch', () => {
  it('asks again at once after news, and pauses after an empty answer that came too fast', async () => {
    const answers = [true, true, false, false]
    let asked = 0
    const end = watch(
      async () => {
        asked += 1
        return answers.shift() ?? false
      },
      () => {},
    )
    await turns(0)
    expect(asked).toBe(3)
    await turns(1_300)
    expect(asked).toBe(4)
    end()
  })

  it('backs off while the other side is gone, and says so', async () => {
    let asked = 0
    const lines: Line[] = []
    const end = watch(
      async () => {
        asked += 1
        throw new Error('gone')
      },
      (line) => lines.push(line),
    )
    await turns(10_000)
    expect(asked).toBeGreaterThan(3)
    expect(asked).toBeLessThan(8)
    expect(lines.at(-1)).toBe('lost')
    end()
  })

  it('wakes when the browser is online again', async () => {
    let asked = 0
    const end = watch(
      async () => {
        asked += 1
        throw new Error('gone')
      },
      () => {},
    )
    await turns(8_000)
    const before = asked
    window.dispatchEvent(new Event('online'))
    await turns(0)
    expect(asked).toBe(before + 1)
    end()
  })

  it('ends the running request and asks no more', async () => {
    let asked = 0
    let aborted = false
    const end = watch(
      (signal) => {
        asked += 1
        return new Promise((_, fail) =>
          signal.addEventListener('abort', () => {
            aborted = true
            fail(new Error('aborted'))
          }),
        )
      },
      () => {},
    )
    await turns(0)
    end()
    await turns(60_000)
    expect([asked, aborted]).toEqual([1, true])
  })
})
