// The service worker as it is built: it keeps the app's own files and lets everything else pass.
import type { Plugin } from 'vite'
import { describe, expect, it } from 'vitest'
import { offlineShell } from '../build/offline-shell'

interface Emitted {
  fileName: string
  source: string
}

function build(code: string): Emitted {
  const emitted: Emitted[] = []
  const bundle = {
    'index.html': { type: 'asset', source: '<html>' },
    'assets/index-1.js': { type: 'chunk', code },
    'assets/index-1.js.map': { type: 'asset', source: '{}' },
  }
  const hook = (offlineShell() as Plugin).generateBundle as unknown as (this: unknown, ...rest: unknown[]) => void
  hook.call({ emitFile: (file: Emitted) => emitted.push(file) }, {}, bundle, false)
  const [worker] = emitted
  if (!worker) throw new Error('no worker')
  return worker
}

type Handler = (event: {
  request: { method: string; url: string; mode: string }
  respondWith: (answer: unknown) => void
}) => void

/** Runs the worker's text with stand-ins and tells whether it takes a request into its own hands. */
function takes(method: string, url: string, mode = 'cors'): boolean {
  const handlers: Record<string, Handler> = {}
  const self = { addEventListener: (name: string, handler: Handler) => (handlers[name] = handler) }
  const caches = { match: async () => undefined }
  new Function('self', 'caches', 'location', 'fetch', build('a').source)(
    self,
    caches,
    { origin: 'https://bank.test' },
    async () => undefined,
  )
  let taken = false
  handlers['fetch']?.({ request: { method, url, mode }, respondWith: () => (taken = true) })
  return taken
}

describe('the offline shell', () => {
  it('is a file of its own that lists what was built', () => {
    const worker = build('a')
    expect(worker.fileName).toBe('sw.js')
    expect(worker.source).toContain('["/h5/","/h5/assets/index-1.js"]')
  })

  it('gets a new cache when anything changes', () => {
    expect(build('a').source).toBe(build('a').source)
    expect(build('b').source).not.toBe(build('a').source)
  })

  it('answers for its own files and pages only', () => {
    expect(takes('GET', 'https://bank.test/h5/assets/index-1.js')).toBe(true)
    expect(takes('GET', 'https://bank.test/h5/transfer', 'navigate')).toBe(true)
    expect(takes('GET', 'https://bank.test/api/accounts')).toBe(false)
    expect(takes('POST', 'https://bank.test/h5/')).toBe(false)
    expect(takes('GET', 'https://other.test/h5/')).toBe(false)
  })
})
