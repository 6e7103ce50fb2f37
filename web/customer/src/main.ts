// The start of the customer's app: elder mode first, then the pages, then the offline shell.
import '@weigui/shared/tokens.css'
import './styles/base.css'
import './styles/parts.css'
import './styles/layout.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { applyElder, elderRemembered } from './lib/session'
import { makeRouter } from './router'
import { reloadOnce } from './lib/renew'

applyElder(elderRemembered())

// A part of the app that is gone means that the bank has put a new version in its place.
addEventListener('vite:preloadError', (event) => {
  if (reloadOnce()) event.preventDefault()
})

const app = createApp(App)
app.use(createPinia())
app.use(makeRouter())
app.mount('#app')

if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  // A comfort, never a need: the page works the same without it.
  navigator.serviceWorker.register('/h5/sw.js', { scope: '/h5/' }).catch(() => undefined)
}
