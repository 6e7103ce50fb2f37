// Every page, who may see it, and the way there. `door` names who it is for: anyone, a visitor with a WeChat session,
// or a bound bank customer.
import { createRouter, createWebHistory, type RouteMeta, type Router } from 'vue-router'
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

// The first page comes with the app; every other one when it is asked for.
const Accounts = () => import('./pages/AccountsPage.vue')
const Account = () => import('./pages/AccountPage.vue')
const Entries = () => import('./pages/EntriesPage.vue')
const Payee = () => import('./pages/PayeePage.vue')
const Amount = () => import('./pages/AmountPage.vue')
const Transfers = () => import('./pages/TransfersPage.vue')
const Transfer = () => import('./pages/TransferPage.vue')
const Receipt = () => import('./pages/ReceiptPage.vue')
const Payees = () => import('./pages/PayeesPage.vue')
const Schedules = () => import('./pages/SchedulesPage.vue')
const Schedule = () => import('./pages/SchedulePage.vue')
const TopUp = () => import('./pages/TopUpPage.vue')
const TopUps = () => import('./pages/TopUpsPage.vue')
const TopUpResult = () => import('./pages/TopUpResultPage.vue')
const Bills = () => import('./pages/BillsPage.vue')
const Repay = () => import('./pages/RepayPage.vue')
const AutoRepay = () => import('./pages/AutoRepayPage.vue')
const Loss = () => import('./pages/LossPage.vue')
const LossAccount = () => import('./pages/LossAccountPage.vue')
const Disputes = () => import('./pages/DisputesPage.vue')
const Summary = () => import('./pages/SummaryPage.vue')
const Me = () => import('./pages/MePage.vue')
const PayPassword = () => import('./pages/PayPasswordPage.vue')
const Bind = () => import('./pages/BindPage.vue')
const Verify = () => import('./pages/VerifyPage.vue')
const Failed = () => import('./pages/ErrorPage.vue')
const Bye = () => import('./pages/ByePage.vue')
const NotFound = () => import('./pages/NotFoundPage.vue')

const customer = (title: string, rest: Partial<RouteMeta>): RouteMeta => ({ title, door: 'customer', ...rest })

export function makeRouter(): Router {
  const router = createRouter({
    history: createWebHistory('/h5/'),
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
    routes: [
      { path: '/', component: HomePage, meta: customer('首页', { tab: 'home' }) },
      { path: '/accounts', component: Accounts, meta: customer('我的账户', { tab: 'accounts', up: '/' }) },
      {
        path: '/accounts/:id',
        component: Account,
        props: true,
        meta: customer('账户明细', { tab: 'accounts', up: '/accounts' }),
      },
      { path: '/entries', component: Entries, meta: customer('账户明细', { tab: 'accounts', up: '/' }) },
      { path: '/transfer', component: Payee, meta: customer('转给谁', { tab: 'transfer', up: '/' }) },
      {
        path: '/transfer/amount',
        component: Amount,
        meta: customer('转多少', { tab: 'transfer', bare: true, up: '/transfer' }),
      },
      { path: '/transfers', component: Transfers, meta: customer('转账记录', { tab: 'transfer', up: '/' }) },
      {
        path: '/transfers/:id',
        component: Transfer,
        props: true,
        meta: customer('转账', { tab: 'transfer', bare: true, up: '/transfers' }),
      },
      {
        path: '/transfers/:id/receipt',
        component: Receipt,
        props: true,
        meta: customer('电子回单', { tab: 'transfer', up: '/transfers' }),
      },
      { path: '/payees', component: Payees, meta: customer('收款人名册', { tab: 'transfer', up: '/transfer' }) },
      {
        path: '/schedules',
        component: Schedules,
        meta: customer('预约与定期转账', { tab: 'transfer', up: '/transfer' }),
      },
      {
        path: '/schedules/:id',
        component: Schedule,
        props: true,
        meta: customer('预约转账', { tab: 'transfer', bare: true, up: '/schedules' }),
      },
      { path: '/topup', component: TopUp, meta: customer('微信充值', { bare: true, up: '/' }) },
      { path: '/topups', component: TopUps, meta: customer('充值记录', { up: '/topup' }) },
      { path: '/topups/:id', component: TopUpResult, props: true, meta: customer('充值', { bare: true, up: '/topups' }) },
      { path: '/bills', component: Bills, meta: customer('生活缴费', { tab: 'transfer', up: '/' }) },
      { path: '/repay', component: Repay, meta: customer('信用卡还款', { tab: 'accounts', up: '/' }) },
      {
        path: '/repay/auto',
        component: AutoRepay,
        meta: customer('自动还款', { tab: 'accounts', bare: true, up: '/repay' }),
      },
      { path: '/loss', component: Loss, meta: customer('挂失', { up: '/' }) },
      { path: '/loss/:id', component: LossAccount, props: true, meta: customer('挂失与解挂', { up: '/loss' }) },
      { path: '/disputes', component: Disputes, meta: customer('我的申诉', { tab: 'me', up: '/me' }) },
      { path: '/summary', component: Summary, meta: customer('收支分析', { tab: 'accounts', up: '/accounts' }) },
      { path: '/me', component: Me, meta: customer('我的', { tab: 'me', up: '/' }) },
      {
        path: '/me/pay-password',
        component: PayPassword,
        meta: customer('支付密码', { tab: 'me', bare: true, up: '/me' }),
      },
      { path: '/bind', component: Bind, meta: { title: '绑定账户', door: 'visitor' } },
      { path: '/verify', component: Verify, meta: { title: '验证单据真伪', door: 'open' } },
      { path: '/error', component: Failed, meta: { title: '没能打开', door: 'open' } },
      { path: '/bye', component: Bye, meta: { title: '已退出', door: 'open' } },
      { path: '/:rest(.*)*', component: NotFound, meta: { title: '没有这个页面', door: 'open' } },
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
