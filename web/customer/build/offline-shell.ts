// Writes sw.js at build time: a service worker that keeps this build's own files, so that the page opens without a
// network and can say so. It never touches /api: no personal data is ever cached.
import { createHash } from 'node:crypto'
import type { Plugin } from 'vite'

export function offlineShell(): Plugin {
  return {
    name: 'weigui-offline-shell',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const files = Object.keys(bundle).filter((name) => /\.(js|css|svg|html)$/.test(name))
      const hash = createHash('sha256')
      for (const name of files.sort()) {
        const item = bundle[name]
        hash.update(name).update(item?.type === 'chunk' ? item.code : (item?.source ?? ''))
      }
      const assets = files.filter((name) => name !== 'index.html').map((name) => `/h5/${name}`)
      this.emitFile({ type: 'asset', fileName: 'sw.js', source: worker(hash.digest('hex').slice(0, 16), assets) })
    },
  }
}

function worker(version: string, assets: string[]): string {
  return `const CACHE = 'weigui-h5-${version}'
const FILES = ${JSON.stringify(['/h5/', ...assets])}
self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()))
})
self.addEventListener('activate', (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => name.startsWith('weigui-h5-') && name !== CACHE).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()))
})
self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== location.origin || !url.pathname.startsWith('/h5/')) return
  if (request.mode === 'navigate') {
    event.respondWith(fetch(request).catch(() => caches.match('/h5/', { cacheName: CACHE })))
    return
  }
  event.respondWith(caches.match(request, { cacheName: CACHE }).then((kept) => kept || fetch(request)))
})
`
}
