// Entry of the phone simulator.
import { createApp } from 'vue'
import App from './App.vue'
import './style.css'

createApp(App).mount('#app')
