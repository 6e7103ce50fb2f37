import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { offlineShell } from './build/offline-shell'

export default defineConfig({
  base: '/h5/',
  plugins: [vue(), offlineShell()],
  // In development the bank runs beside us; WEIGUI_API names another place for it.
  server: { proxy: { '/api': process.env['WEIGUI_API'] ?? 'http://localhost:8080' } },
  build: {
    target: ['chrome87', 'safari15.4', 'firefox98'],
    // Nothing is inlined as data: URLs, so that the content security policy can stay at 'self'.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
