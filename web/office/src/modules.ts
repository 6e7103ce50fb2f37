// The modules of the back office as data: the menu, the routes, the breadcrumb and the guard are all read from here.
// To add one: write its page, add a row, done.
import type { Component } from 'vue'
import type { GlyphName } from './parts/glyphs'

type Page = () => Promise<{ default: Component }>

export interface Module {
  path: string
  title: string
  icon: GlyphName
  /** Heading in the menu. */
  group: string
  /** What the server demands of a visitor; the menu hides the rest. */
  permission: string
  page: Page
  /** Pages below, reached from inside the module. */
  below?: { path: string; title: string; page: Page }[]
}

export const MODULES: Module[] = [
  {
    path: '/overview',
    title: '今日概览',
    icon: 'gauge',
    group: '营业',
    permission: 'overview.read',
    page: () => import('./pages/OverviewPage.vue'),
  },
  {
    path: '/customers',
    title: '客户',
    icon: 'people',
    group: '营业',
    permission: 'customers.read',
    page: () => import('./pages/CustomersPage.vue'),
    below: [{ path: '/customers/:id', title: '客户详情', page: () => import('./pages/customer/CustomerPage.vue') }],
  },
  {
    path: '/cases',
    title: '工单',
    icon: 'tray',
    group: '营业',
    permission: 'cases.read',
    page: () => import('./pages/cases/CasesPage.vue'),
    below: [{ path: '/cases/:id', title: '工单详情', page: () => import('./pages/cases/CasePage.vue') }],
  },
  {
    path: '/collections',
    title: '扫码收款',
    icon: 'code',
    group: '营业',
    permission: 'collections.read',
    page: () => import('./pages/collections/CollectionsPage.vue'),
    below: [
      { path: '/collections/:id', title: '收款详情', page: () => import('./pages/collections/CollectionPage.vue') },
    ],
  },
  {
    path: '/reconciliations',
    title: '对账',
    icon: 'scales',
    group: '监督',
    permission: 'recon.read',
    page: () => import('./pages/recon/ReconPage.vue'),
    below: [{ path: '/reconciliations/:id', title: '对账报告', page: () => import('./pages/recon/ReconRunPage.vue') }],
  },
  {
    path: '/audit',
    title: '审计日志',
    icon: 'book',
    group: '监督',
    permission: 'audit.read',
    page: () => import('./pages/audit/AuditPage.vue'),
  },
  {
    path: '/policies',
    title: '验证策略',
    icon: 'shield',
    group: '监督',
    permission: 'policies.read',
    page: () => import('./pages/PoliciesPage.vue'),
  },
  {
    path: '/nodes',
    title: '节点状态',
    icon: 'server',
    group: '运行',
    permission: 'nodes.read',
    page: () => import('./pages/NodesPage.vue'),
  },
]

/** The module that an address belongs to. */
export const moduleOf = (path: string): Module | null =>
  MODULES.find((m) => path === m.path || path.startsWith(`${m.path}/`)) ?? null

export interface MenuGroup {
  title: string
  modules: Module[]
}

/** The menu of somebody who holds these permissions, in the order above. */
export function menuOf(can: (permission: string) => boolean, modules: Module[] = MODULES): MenuGroup[] {
  const groups: MenuGroup[] = []
  for (const module of modules.filter((m) => can(m.permission))) {
    const group = groups.find((g) => g.title === module.group)
    if (group) group.modules.push(module)
    else groups.push({ title: module.group, modules: [module] })
  }
  return groups
}
