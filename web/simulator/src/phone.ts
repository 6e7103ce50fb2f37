// The state of the simulated phone: who holds it, which screen it shows, what has arrived. One phone per page, so
// this is a module, not a store library. Invariant: everything below `holder` belongs to that person alone. `take`
// ends the old person's polls before it clears and refills, so a late answer can never land in somebody else's chat.
import { computed, reactive, ref } from 'vue'
import * as sandbox from './sandbox'
import type { ChatItem, MenuButton, Person, Sms } from './sandbox'
import { watch, type Line } from './watch'

export type Screen = 'chats' | 'chat' | 'profile' | 'me' | 'scan'

export interface Notice {
  kind: 'sms' | 'chat'
  seq: number
  title: string
  text: string
}

/** How long the account may seem to be typing before we stop saying so. */
const TYPING_MS = 12_000
const NOTICE_MS = 9_000

export const persons = ref<Person[]>([])
export const account = ref({ name: '微柜银行', gh: '' })
export const castState = ref<'loading' | 'ready' | 'failed'>('loading')
export const castFault = ref('')

const openid = ref('')
export const holder = computed(() => persons.value.find((p) => p.openid === openid.value) ?? null)

export const screen = ref<Screen>('chats')
export const pageUrl = ref('')
export const items = ref<ChatItem[]>([])
export const inbox = ref<Sms[]>([])
export const menu = ref<MenuButton[]>([])
export const typing = ref(false)
export const notice = ref<Notice | null>(null)
export const lines = reactive<{ chat: Line; sms: Line }>({ chat: 'connecting', sms: 'connecting' })
export const line = computed<Line>(() =>
  lines.chat === 'lost' || lines.sms === 'lost' ? 'lost' : lines.chat === 'live' ? 'live' : 'connecting',
)

const readUpTo = ref(0)
export const unread = computed(
  () => items.value.filter((i) => i.from === 'account' && i.type !== 'event' && i.seq > readUpTo.value).length,
)

let endPolls: () => void = () => {}
let typingTimer = 0
let noticeTimer = 0

export async function loadCast(): Promise<void> {
  castState.value = persons.value.length ? 'ready' : 'loading'
  try {
    const cast = await sandbox.persons()
    persons.value = cast.persons
    account.value = cast.account
    castState.value = 'ready'
    const remembered = cast.persons.find((p) => p.openid === lastHolder())
    const first = remembered ?? cast.persons.find((p) => p.following) ?? cast.persons[0]
    if (!openid.value && first) await take(first.openid)
  } catch (e) {
    castFault.value = sentence(e)
    castState.value = persons.value.length ? 'ready' : 'failed'
  }
}

/** Hands the phone to a person. */
export async function take(next: string): Promise<void> {
  if (next === openid.value) return
  endPolls()
  closePage()
  hideNotice()
  stopTyping()
  const otherPhone = lastHolder() !== next
  openid.value = next
  rememberHolder(next)
  items.value = []
  inbox.value = []
  readUpTo.value = 0
  screen.value = 'chats'
  endPolls = startPolls(next)
  // Each real phone has its own cookies; this browser has one jar for all of them.
  if (otherPhone) await fetch('/api/session/logout', { method: 'POST' }).catch(() => undefined)
  await sandbox.hold(next).catch(() => undefined)
  await loadMenu()
}

function startPolls(who: string): () => void {
  const at = { chat: 0, sms: 0 }
  const first = { chat: true, sms: true }
  const endChat = watch(
    async (signal) => {
      const batch = await sandbox.chat(who, at.chat, first.chat, signal)
      if (signal.aborted) return false
      const fresh = batch.items.filter((i) => i.seq > at.chat)
      at.chat = Math.max(at.chat, batch.last)
      received(fresh, first.chat)
      const look = first.chat
      first.chat = false
      return look || fresh.length > 0
    },
    (state) => (lines.chat = state),
  )
  const endSms = watch(
    async (signal) => {
      const batch = await sandbox.sms(who, at.sms, first.sms, signal)
      if (signal.aborted) return false
      const fresh = batch.items.filter((i) => i.seq > at.sms)
      at.sms = Math.max(at.sms, batch.last)
      inbox.value.push(...fresh)
      const newest = fresh.at(-1)
      if (newest && !first.sms) showNotice({ kind: 'sms', seq: newest.seq, title: '短信', text: newest.text })
      const look = first.sms
      first.sms = false
      return look || fresh.length > 0
    },
    (state) => (lines.sms = state),
  )
  return () => {
    endChat()
    endSms()
  }
}

function received(fresh: ChatItem[], history: boolean): void {
  if (!fresh.length) return
  items.value.push(...fresh)
  const answer = fresh.filter((i) => i.from === 'account').at(-1)
  if (answer) stopTyping()
  if (history || watching()) markRead()
  else if (answer && answer.type !== 'event') {
    const text = answer.template?.title || answer.text
    showNotice({ kind: 'chat', seq: answer.seq, title: account.value.name, text })
  }
  // A binding or an unfollow shows in the cast; ask again now that something happened.
  if (!history) void loadCast()
}

const watching = () => screen.value === 'chat' && !pageUrl.value

export function markRead(): void {
  readUpTo.value = items.value.at(-1)?.seq ?? 0
}

async function loadMenu(): Promise<void> {
  const who = openid.value
  try {
    const answer = await sandbox.menu(who)
    if (who === openid.value) menu.value = answer.buttons
  } catch {
    menu.value = []
  }
}

export function show(next: Screen): void {
  screen.value = next
  if (next === 'chat') {
    markRead()
    if (notice.value?.kind === 'chat') hideNotice()
    if (!menu.value.length) void loadMenu()
  }
}

/** Opens a link of the chat in the phone's own browser. */
export async function openPage(url: string): Promise<void> {
  await sandbox.hold(openid.value).catch(() => undefined)
  pageUrl.value = url
}

export function closePage(): void {
  pageUrl.value = ''
  if (screen.value === 'chat') markRead()
}

export async function follow(): Promise<void> {
  await sandbox.follow(openid.value)
  mark(true)
  show('chat')
  startTyping()
  await loadMenu()
}

export async function unfollow(): Promise<void> {
  await sandbox.unfollow(openid.value)
  mark(false)
  show('chats')
}

export async function say(content: string): Promise<void> {
  startTyping()
  try {
    await sandbox.say(openid.value, content)
  } catch (e) {
    stopTyping()
    throw e
  }
}

export async function press(button: MenuButton): Promise<void> {
  if (button.url) return openPage(button.url)
  if (!button.key) return
  startTyping()
  try {
    await sandbox.click(openid.value, button.key)
  } catch (e) {
    stopTyping()
    throw e
  }
}

function mark(following: boolean): void {
  persons.value = persons.value.map((p) => (p.openid === openid.value ? { ...p, following } : p))
}

function startTyping(): void {
  typing.value = true
  clearTimeout(typingTimer)
  typingTimer = window.setTimeout(stopTyping, TYPING_MS)
}

function stopTyping(): void {
  clearTimeout(typingTimer)
  typing.value = false
}

function showNotice(next: Notice): void {
  notice.value = next
  clearTimeout(noticeTimer)
  noticeTimer = window.setTimeout(hideNotice, NOTICE_MS)
}

export function hideNotice(): void {
  clearTimeout(noticeTimer)
  notice.value = null
}

export function sentence(e: unknown): string {
  return e instanceof Error && e.message ? e.message : '没有成功，请再试一次。'
}

const HOLDER_KEY = 'weigui.simulator.holder'

function lastHolder(): string | null {
  try {
    return localStorage.getItem(HOLDER_KEY)
  } catch {
    return null // Storage may be forbidden; the phone then starts with the first person.
  }
}

function rememberHolder(who: string): void {
  try {
    localStorage.setItem(HOLDER_KEY, who)
  } catch {
    // As above.
  }
}
