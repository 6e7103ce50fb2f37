import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

const server = process.env.WEIGUI_DEV_SERVER ?? 'http://127.0.0.1:8080'

export default defineConfig({
  base: '/office/',
  plugins: [vue()],
  build: { target: 'es2022', modulePreload: { polyfill: false } },
  server: { proxy: { '/api': server } },
})
