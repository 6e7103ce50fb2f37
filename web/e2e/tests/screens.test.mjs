// Every screen of the customer's pages, in normal and in elder mode, at 390 and at 320: axe finds nothing, nothing
// scrolls sideways.
import { test } from 'node:test'
import { fitsWidth, openPage, passesAxe, settle, shot } from '../lib/browser.mjs'
import { fillBinding, openAs, orderTransfer, transfer } from '../lib/h5.mjs'
import { stage } from '../lib/stage.mjs'

const on = stage()

const MODES = /** @type {const} */ ([
  { title: 'normal', elder: false, width: 390 },
  { title: 'elder at 320', elder: true, width: 320 },
  { title: 'normal on a desktop', elder: false, width: 1280 },
])
const PATHS = [
  '/',
  '/accounts',
  '/entries',
  '/transfer',
  '/transfers',
  '/payees',
  '/schedules',
  '/loss',
  '/me',
  '/disputes',
  '/summary',
  '/me/pay-password',
  '/verify',
  '/error?code=oauth.state',
  '/bye',
  '/nowhere',
]

/** When codes were last asked for. A phone is sent five in a minute, and a quick machine would want more. */
const asked = /** @type {number[]} */ ([])
async function codeIsDue() {
  const full = asked.length < 4 ? 0 : (asked.at(-4) ?? 0) + 61_000 - Date.now()
  if (full > 0) await new Promise((done) => setTimeout(done, full))
  asked.push(Date.now())
}

/** @param {import('playwright-core').Page} page @param {string} label */
async function good(page, label) {
  await page.locator('main').locator('h1:visible, h2:visible, form:visible, p:visible').first().waitFor()
  await settle(page)
  await page.waitForLoadState('networkidle')
  await shot(page, `h5-${label.replace(/[^a-z0-9]+/gi, '-')}`)
  await passesAxe(page, label)
  await fitsWidth(page, label)
}

for (const mode of MODES) {
  test(`screens, ${mode.title}`, async (t) => {
    const me = await on.bank.person('王建国')
    const payee = await on.bank.person('陈晓明')
    const { page, done } = await openPage(on.browser, { width: mode.width, height: 844 })
    await openAs(page, on.bank, me, '/')
    const answer = await page.context().request.put(`${on.bank.url}/api/preferences`, { data: { elder: mode.elder } })
    if (!answer.ok()) throw new Error(`preferences: ${answer.status()}`)

    for (const path of PATHS) {
      await t.test(path, async () => {
        await page.goto(`${on.bank.url}/h5${path}`)
        await good(page, `${path} ${mode.title}`)
      })
    }
    await t.test('an account', async () => {
      await page.goto(`${on.bank.url}/h5/accounts`)
      await page.locator('main li a').first().click()
      await page.waitForURL(/accounts\/.+/)
      await good(page, `account ${mode.title}`)
    })
    await t.test('the sheets of a transfer', async () => {
      await codeIsDue()
      await page.goto(`${on.bank.url}/h5/transfer`)
      await orderTransfer(page, { name: payee.demo.name, no: payee.demo.card_no, yuan: '1.00' })
      await good(page, `proof ${mode.title}`)
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: '取消这笔转账' }).click()
      await page.getByRole('heading', { name: '转账已取消' }).waitFor()
      await good(page, `cancelled ${mode.title}`)
    })
    await t.test('a transfer and its receipt', async () => {
      await codeIsDue()
      await transfer(page, on.bank, me, payee, '2.00')
      await page.getByRole('heading', { name: '转账成功' }).waitFor()
      await good(page, `succeeded ${mode.title}`)
      await page.getByRole('link', { name: '查看回单' }).click()
      await page.getByRole('article', { name: '电子回单' }).waitFor()
      await good(page, `receipt ${mode.title}`)
    })
    await done()
  })

  test(`binding, ${mode.title}`, async () => {
    const newcomer = await on.bank.person('张伟')
    const { page, done } = await openPage(on.browser, { width: mode.width, height: 844 })
    await openAs(page, on.bank, newcomer, '/bind')
    if (mode.elder) await page.getByRole('button', { name: '长辈版' }).click()
    await good(page, `binding ${mode.title}`)
    await page.getByLabel('身份证号', { exact: true }).fill('110101')
    await page.getByRole('button', { name: '下一步' }).click()
    await page.getByText(/18 位/).first().waitFor()
    await good(page, `binding refused ${mode.title}`)
    if (mode === MODES[0]) {
      await fillBinding(page, newcomer)
      await page.getByLabel('短信验证码').waitFor()
      await good(page, `binding code ${mode.title}`)
    }
    await done()
  })
}
