// Routes made from the modules, and the guard in front of them. The guard is a courtesy: the server refuses anyway.
import { nextTick } from 'vue'
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { MODULES } from './modules'
import { can, homeless, onEnd, recall } from './session'

declare module 'vue-router' {
  interface RouteMeta {
    title: string
    permission?: string
    /** The way here, without the page itself. */
    trail?: { title: string; to: string }[]
    open?: boolean
  }
}

function routes(): RouteRecordRaw[] {
  return MODULES.flatMap((module) => [
    { path: module.path, component: module.page, meta: { title: module.title, permission: module.permission } },
    ...(module.below ?? []).map((page) => ({
      path: page.path,
      component: page.page,
      meta: {
        title: page.title,
        permission: module.permission,
        trail: [{ title: module.title, to: module.path }],
      },
    })),
  ])
}

export const router = createRouter({
  history: createWebHistory('/office/'),
  routes: [
    { path: '/login', component: () => import('./pages/LoginPage.vue'), meta: { title: '登录', open: true } },
    {
      path: '/',
      component: () => import('./shell/OfficeShell.vue'),
      children: [
        { path: '', component: () => import('./pages/ForbiddenPage.vue'), meta: { title: '没有权限' } },
        ...routes(),
        { path: '403', component: () => import('./pages/ForbiddenPage.vue'), meta: { title: '没有权限' } },
        { path: ':rest(.*)*', component: () => import('./pages/NotFoundPage.vue'), meta: { title: '没有这个页面' } },
      ],
    },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

/** The first page that this person may see. */
export const home = (): string => MODULES.find((m) => can(m.permission))?.path ?? '/403'

router.beforeEach(async (to) => {
  await recall()
  if (to.meta.open) return homeless.value ? true : home()
  if (homeless.value) return { path: '/login', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
  if (to.path === '/') return home()
  if (to.meta.permission && !can(to.meta.permission)) return { path: '/403', query: { of: to.path }, replace: true }
  return true
})

router.afterEach(async (to, from, failure) => {
  if (failure) return
  document.title = `${to.meta.title} · 微柜后台`
  if (from.matched.length === 0 || to.path === from.path) return
  // A new page begins at its heading, for the keyboard and for the reader.
  await nextTick()
  document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true })
})

onEnd((why) => {
  const here = router.currentRoute.value
  if (here.meta.open) return
  const next = why === 'logout' ? undefined : here.fullPath
  void router.push({ path: '/login', query: { why, ...(next ? { next } : {}) } })
})
