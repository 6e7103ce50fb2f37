// The menu is cut from the modules by permission; the server refuses anyway, but nobody should be shown a dead door.
import { expect, it } from 'vitest'
import { menuOf, moduleOf, MODULES } from '../src/modules'

const ROLES = {
  teller: ['customers.read', 'customers.reveal', 'overview.read'],
  auditor: ['audit.read', 'customers.read'],
  operator: ['nodes.read', 'overview.read'],
}
const paths = (permissions: string[]) =>
  menuOf((p) => permissions.includes(p)).flatMap((g) => g.modules.map((m) => m.path))

it('shows each role its own modules and no other', () => {
  expect(paths(ROLES.teller)).toEqual(['/overview', '/customers'])
  expect(paths(ROLES.auditor)).toEqual(['/customers', '/audit'])
  expect(paths(ROLES.operator)).toEqual(['/overview', '/nodes'])
  expect(paths([])).toEqual([])
})

it('names every module once and guards each', () => {
  const all = MODULES.map((m) => m.path)
  expect(new Set(all).size).toBe(all.length)
  expect(MODULES.every((m) => m.permission.includes('.'))).toBe(true)
})

it('knows the module of an address, and nothing of others', () => {
  expect(moduleOf('/audit')?.title).toBe('审计日志')
  expect(moduleOf('/customers/0198c2d4')?.title).toBe('客户')
  expect(moduleOf('/auditing')).toBeNull()
  expect(moduleOf('请拨打 12345')).toBeNull()
})
