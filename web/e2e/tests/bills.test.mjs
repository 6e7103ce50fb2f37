// TP07: a bill is found by its number, paid and confirmed; what is wrong is said before, what the biller refuses after, and
// while it is silent the page says 等待; and the whole way by keyboard, with large text, on a narrow phone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitsWidth, openPage, passesAxe, shot } from '../lib/browser.mjs'
import { openAs, prove } from '../lib/h5.mjs'
import { Keys } from '../lib/keys.mjs'
import { chatItem, smsCodes } from '../lib/phone.mjs'
import { stage } from '../lib/stage.mjs'

const on = stage()

/** @param {import('playwright-core').Page} page @param {string} label */
async function good(page, label) {
  await passesAxe(page, label)
  await fitsWidth(page, label)
  await shot(page, `bills-${label.replace(/ /g, '-')}`)
}

/** From the open page to the proof. @param {import('playwright-core').Page} page @param {string} number */
async function order(page, number) {
  await page.getByLabel('户号').fill(number)
  await page.getByRole('button', { name: '查询账单' }).click()
  await page.getByRole('button', { name: /^缴费 \d/ }).click()
  await page.getByRole('dialog', { name: '验证身份' }).waitFor()
}

test('TP07: from the home page to the receipt, refused until it is right', async () => {
  const me = await on.bank.person('王建国')
  const nextCode = await smsCodes(on.bank, me)
  const { page, done } = await openPage(on.browser)
  await openAs(page, on.bank, me)
  await page.getByRole('navigation', { name: '常用服务' }).getByRole('link', { name: '生活缴费' }).click()
  await page.getByLabel('户号').fill('123')
  await page.getByRole('button', { name: '查询账单' }).click()
  await page.getByText(/户号是 10 位数字/).waitFor()
  await good(page, 'short number')
  await page.getByLabel('户号').fill('1234560000')
  await page.getByRole('button', { name: '查询账单' }).click()
  await page.getByText(/缴费单位没有这个户号/).waitFor()
  await good(page, 'unknown number')
  await page.getByLabel('户号').fill('1234569990')
  await page.getByRole('button', { name: '查询账单' }).click()
  await page.getByText('没有要缴的账单').waitFor()
  await good(page, 'nothing owed')

  await page.getByLabel('户号').fill('1234567890')
  await page.getByRole('button', { name: '查询账单' }).click()
  await page.getByRole('heading', { name: /的电费账单/ }).waitFor()
  await good(page, 'found')
  await page.getByRole('button', { name: /^缴费 \d/ }).click()
  const sheet = page.getByRole('dialog', { name: '验证身份' })
  await sheet.getByText(/缴纳电费2026年9月/).waitFor()
  await prove(page, me, nextCode, '确认缴费')
  await page.getByRole('heading', { name: '缴费成功' }).waitFor()
  await page.getByText('缴费单位流水号').waitFor()
  await good(page, 'paid')
  await chatItem(on.bank, me, 'the notice', (item) => JSON.stringify(item).includes('缴费成功'))
  await page.getByRole('link', { name: '查看回单' }).click()
  await page.getByRole('heading', { name: '生活缴费电子回单' }).waitFor()
  await done()
})

test('TP07: refused by the biller and free again; silent, and found out', async () => {
  const me = await on.bank.person('王建国')
  const nextCode = await smsCodes(on.bank, me)
  const { page, done } = await openPage(on.browser)
  await openAs(page, on.bank, me, '/bills')
  await order(page, '1234569991')
  await prove(page, me, nextCode, '确认缴费')
  await page.getByRole('heading', { name: '缴费没有成功' }).waitFor()
  await page.getByText(/这张账单已经缴过/).first().waitFor()
  await good(page, 'refused')

  await page.goto(`${on.bank.url}/h5/bills`)
  await order(page, '1234569995')
  await prove(page, me, nextCode, '确认缴费')
  await page.getByRole('heading', { name: /等待缴费单位确认|缴费成功/ }).waitFor()
  assert.equal(await page.getByRole('button', { name: /撤销/ }).count(), 0, 'nothing to take back')
  await good(page, 'waiting')
  await page.getByRole('heading', { name: '缴费成功' }).waitFor({ timeout: 120_000 })
  await done()
})

test('TP07: by keyboard alone, in elder mode, at 320', async () => {
  const me = await on.bank.person('李秀兰')
  const nextCode = await smsCodes(on.bank, me)
  const { page, done } = await openPage(on.browser, { width: 320, height: 700 })
  await openAs(page, on.bank, me)
  const answer = await page.context().request.put(`${on.bank.url}/api/preferences`, { data: { elder: true } })
  assert.ok(answer.ok())
  await page.goto(`${on.bank.url}/h5/`)
  const keys = new Keys(page)
  await keys.use(page.getByRole('main').getByRole('link', { name: '生活缴费' }), 'the bills')
  await keys.to(page.locator('input[name=biller]:checked'), 'the billers')
  await keys.press('ArrowDown')
  await keys.fill(page.getByLabel('用户编号'), '12345678', 'the number')
  await keys.use(page.getByRole('button', { name: '查询账单' }), 'ask')
  await page.getByRole('heading', { name: /的水费账单/ }).waitFor()
  await good(page, 'elder found at 320')
  await keys.use(page.getByRole('button', { name: /^缴费 \d/ }), 'pay')
  const sheet = page.getByRole('dialog', { name: '验证身份' })
  await keys.fill(sheet.getByLabel('支付密码'), me.demo.pay_password, 'the password')
  await keys.fill(sheet.getByLabel('短信验证码'), await nextCode(), 'the code')
  await keys.use(sheet.getByRole('button', { name: '确认缴费' }), 'confirm')
  await page.getByRole('heading', { name: '缴费成功' }).waitFor()
  await good(page, 'elder paid at 320')
  await done()
})
