// Whether amounts are shown. Hidden by default, every time the app is opened: the next table in the tea house can see too.
import { ref } from 'vue'

export const amountsShown = ref(false)
