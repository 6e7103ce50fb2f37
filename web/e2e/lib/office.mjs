// What staff do in the back office, by the names that they see.
import { freshCode } from './totp.mjs'

/** @typedef {import('playwright-core').Page} Page */

/**
 * @param {Page} page @param {import('./bank.mjs').Bank} bank @param {string} login
 */
export async function login(page, bank, login) {
  const fact = bank.staff.find((s) => s.login === login)
  if (!fact) throw new Error(`the demo has no ${login}`)
  await page.goto(`${bank.url}/office/`)
  await page.getByLabel('工号').fill(fact.login)
  await page.getByLabel('密码').fill(fact.password)
  await page.getByRole('button', { name: '下一步' }).click()
  await page.getByLabel('动态码').fill(await freshCode(fact.totp_secret))
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByRole('button', { name: '退出' }).waitFor()
}

/** @param {Page} page */
export async function logout(page) {
  await page.getByRole('button', { name: '退出' }).click()
  await page.getByRole('heading', { name: '登录后台' }).waitFor()
}

/** @param {Page} page @param {string} module */
export async function open(page, module) {
  await page.getByRole('navigation', { name: '模块' }).getByRole('link', { name: module }).click()
  await page.getByRole('heading', { level: 1, name: module }).waitFor()
}

/** @param {Page} page @param {string} kind @param {string} value */
export async function find(page, kind, value) {
  await page.getByLabel('按什么查').selectOption({ label: kind })
  await page.getByLabel('内容').fill(value)
  await page.getByRole('button', { name: '查找' }).click()
}
