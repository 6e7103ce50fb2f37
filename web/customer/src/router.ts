// Every page, who may see it, and the way there. `door` names who it is for: anyone, a visitor with a WeChat session,
// or a bound bank customer.
import { createRouter, createWebHistory, type Router } from 'vue-router'
import { ApiProblem } from '@weigui/shared'
import HomePage from './pages/HomePage.vue'
import { useSession } from './lib/session'

declare module 'vue-router' {
  interface RouteMeta {
    title: string
    door: 'open' | 'visitor' | 'customer'
    /** The four places of the tab bar. */
    tab?: 'home' | 'accounts' | 'transfer' | 'me'
    /** No tab bar on a phone: the step at hand has the room. */
    bare?: boolean
    /** Where the back button leads when the page was opened from a chat message. */
    up?: string
  }
}

export function makeRouter(): Router {
  const router = createRouter({
    history: createWebHistory('/h5/'),
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
    routes: [
      { path: '/', component: HomePage, meta: { title: '首页', door: 'customer', tab: 'home' } },
      { path: '/accounts', component: () => import('./pages/AccountsPage.vue'), meta: { title: '我的账户', door: 'customer', tab: 'accounts', up: '/' } },
      { path: '/accounts/:id', component: () => import('./pages/AccountPage.vue'), props: true, meta: { title: '账户明细', door: 'customer', tab: 'accounts', up: '/accounts' } },
      { path: '/entries', component: () => import('./pages/EntriesPage.vue'), meta: { title: '账户明细', door: 'customer', tab: 'accounts', up: '/' } },
      { path: '/transfer', component: () => import('./pages/PayeePage.vue'), meta: { title: '转给谁', door: 'customer', tab: 'transfer', up: '/' } },
      { path: '/transfer/amount', component: () => import('./pages/AmountPage.vue'), meta: { title: '转多少', door: 'customer', tab: 'transfer', bare: true, up: '/transfer' } },
      { path: '/transfers', component: () => import('./pages/TransfersPage.vue'), meta: { title: '转账记录', door: 'customer', tab: 'transfer', up: '/' } },
      { path: '/transfers/:id', component: () => import('./pages/TransferPage.vue'), props: true, meta: { title: '转账', door: 'customer', tab: 'transfer', bare: true, up: '/transfers' } },
      { path: '/transfers/:id/receipt', component: () => import('./pages/ReceiptPage.vue'), props: true, meta: { title: '电子回单', door: 'customer', tab: 'transfer', up: '/transfers' } },
      { path: '/loss', component: () => import('./pages/LossPage.vue'), meta: { title: '挂失', door: 'customer', up: '/' } },
      { path: '/loss/:id', component: () => import('./pages/LossAccountPage.vue'), props: true, meta: { title: '挂失与解挂', door: 'customer', up: '/loss' } },
      { path: '/bind', component: () => import('./pages/BindPage.vue'), meta: { title: '绑定账户', door: 'visitor' } },
      { path: '/me', component: () => import('./pages/MePage.vue'), meta: { title: '我的', door: 'customer', tab: 'me', up: '/' } },
      { path: '/me/pay-password', component: () => import('./pages/PayPasswordPage.vue'), meta: { title: '支付密码', door: 'customer', tab: 'me', bare: true, up: '/me' } },
      { path: '/verify', component: () => import('./pages/VerifyPage.vue'), meta: { title: '验证对账单', door: 'open' } },
      { path: '/error', component: () => import('./pages/ErrorPage.vue'), meta: { title: '没能打开', door: 'open' } },
      { path: '/bye', component: () => import('./pages/ByePage.vue'), meta: { title: '已退出', door: 'open' } },
      { path: '/:rest(.*)*', component: () => import('./pages/NotFoundPage.vue'), meta: { title: '没有这个页面', door: 'open' } },
    ],
  })

  router.beforeEach(async (to) => {
    if (to.meta.door === 'open') return true
    const session = useSession()
    try {
      await session.ready()
    } catch (error) {
      const problem = ApiProblem.from(error)
      // Signing in has begun and this page is about to go; anything else is for the page to show, with a retry.
      return problem.code === 'session.required' ? false : true
    }
    if (to.meta.door === 'customer' && session.view && !session.view.customer) {
      return { path: '/bind', query: { to: to.fullPath } }
    }
    return true
  })

  router.afterEach((to) => {
    document.title = `${to.meta.title} · 微柜银行`
  })
  return router
}
