// TP08: an own credit card is repaid. What is owed is shown, more is not taken, the bill falls at once; a bank that does not
// answer is told as such; and the whole way by keyboard, with large text, on a narrow phone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { choose, fitsWidth, openPage, passesAxe, shot, until } from '../lib/browser.mjs'
import { openAs, prove } from '../lib/h5.mjs'
import { Keys } from '../lib/keys.mjs'
import { chatItem, setCore, smsCodes } from '../lib/phone.mjs'
import { stage } from '../lib/stage.mjs'

const on = stage()

/** @param {import('playwright-core').Page} page @param {string} label */
async function good(page, label) {
  await passesAxe(page, label)
  await fitsWidth(page, label)
  await shot(page, `repay-${label.replace(/ /g, '-')}`)
}

/** What the card owes now, fen. @param {import('playwright-core').Page} page */
async function owed(page) {
  const { accounts } = await (await page.context().request.get(`${on.bank.url}/api/accounts`)).json()
  const card = accounts.find((/** @type {{ kind: string }} */ account) => account.kind === 'credit')
  const bill = await (await page.context().request.get(`${on.bank.url}/api/cards/${card.id}/bill`)).json()
  return { all: bill.owed_fen, underWay: bill.under_way_fen }
}

test('TP08: from the home page to the receipt, refused until it is right', async () => {
  const me = await on.bank.person('陈晓明')
  const nextCode = await smsCodes(on.bank, me)
  const { page, done } = await openPage(on.browser)
  await openAs(page, on.bank, me)
  await page.getByRole('navigation', { name: '常用服务' }).getByRole('link', { name: '信用卡还款' }).click()
  await page.getByRole('heading', { name: '标准信用卡账单' }).waitFor()
  const before = (await owed(page)).all
  assert.ok(before > 20_000, 'the demo card owes something')
  await good(page, 'bill')

  await choose(page, '还其他金额')
  await page.getByRole('button', { name: '还款', exact: true }).click()
  await page.getByText(/请输入/).first().waitFor()
  await page.getByLabel('还款金额（元）').fill(((before + 1) / 100).toFixed(2))
  await page.getByText(/超过了信用卡的欠款/).waitFor()
  await page.getByRole('button', { name: /^还款/ }).click()
  assert.match(page.url(), /\/repay/, 'nothing is ordered above what is owed')
  await good(page, 'too much')

  await page.getByLabel('还款金额（元）').fill('100.00')
  await page.getByRole('button', { name: '还款 100.00 元' }).click()
  const sheet = page.getByRole('dialog', { name: '验证身份' })
  await sheet.getByText(/信用卡还款100\.00元/).waitFor()
  const code = await nextCode()
  await sheet.getByLabel('支付密码').fill('999999')
  await sheet.getByLabel('短信验证码').fill(code)
  await sheet.getByRole('button', { name: '确认还款' }).click()
  await sheet.getByText(/还可以再试4次/).waitFor()
  await good(page, 'wrong password')
  await sheet.getByLabel('支付密码').fill(me.demo.pay_password)
  await sheet.getByLabel('短信验证码').fill(code)
  await sheet.getByRole('button', { name: '确认还款' }).click()
  await page.getByRole('heading', { name: '还款成功' }).waitFor()
  await page.getByText('账单已经更新').waitFor()
  await good(page, 'repaid')
  assert.equal((await owed(page)).all, before - 10_000, 'the bill falls at once')
  await chatItem(on.bank, me, 'the notice', (item) => JSON.stringify(item).includes('还款成功'))

  await page.getByRole('link', { name: '查看回单' }).click()
  await page.getByRole('heading', { name: '信用卡还款电子回单' }).waitFor()
  await page.getByText('人民币壹佰元整').waitFor()
  await done()
})

test('TP08: an answer that is lost is found out, a bank that is silent is told as silent', async () => {
  const me = await on.bank.person('陈晓明')
  const nextCode = await smsCodes(on.bank, me)
  const { page, done } = await openPage(on.browser)
  await openAs(page, on.bank, me, '/repay')
  const before = (await owed(page)).all
  await choose(page, '还其他金额')
  await page.getByLabel('还款金额（元）').fill('1.00')
  await page.getByRole('button', { name: '还款 1.00 元' }).click()
  await page.getByRole('dialog', { name: '验证身份' }).waitFor()
  await setCore(on.bank, 'silent')
  try {
    await prove(page, me, nextCode, '确认还款')
    await page.getByRole('heading', { name: /银行正在处理|还款成功/ }).waitFor()
  } finally {
    await setCore(on.bank, 'ok')
  }
  await page.getByRole('heading', { name: '还款成功' }).waitFor({ timeout: 120_000 })
  assert.equal((await owed(page)).all, before - 100, 'paid once')

  await setCore(on.bank, 'down')
  try {
    await page.goto(`${on.bank.url}/h5/repay`)
    await page.getByRole('button', { name: '再试一次' }).waitFor()
    await good(page, 'core down')
  } finally {
    await setCore(on.bank, 'ok')
  }
  await page.getByRole('button', { name: '再试一次' }).click()
  await page.getByRole('heading', { name: '标准信用卡账单' }).waitFor()
  await done()
})

test('TP08: without a card the page says so', async () => {
  const me = await on.bank.person('王建国')
  const { page, done } = await openPage(on.browser, { width: 320, height: 700 })
  await openAs(page, on.bank, me, '/repay')
  await page.getByText('名下没有信用卡').waitFor()
  await good(page, 'no card at 320')
  await done()
})

test('TP08: by keyboard alone, in elder mode, at 320', async () => {
  const me = await on.bank.person('陈晓明')
  const nextCode = await smsCodes(on.bank, me)
  const { page, done } = await openPage(on.browser, { width: 320, height: 700 })
  await openAs(page, on.bank, me, '/accounts')
  const elder = (/** @type {boolean} */ elder) =>
    page.context().request.put(`${on.bank.url}/api/preferences`, { data: { elder } })
  assert.ok((await elder(true)).ok())
  await page.goto(`${on.bank.url}/h5/accounts`)
  const keys = new Keys(page)
  const main = page.getByRole('main')
  await keys.use(main.getByRole('link', { name: /标准信用卡/ }), 'the card')
  await keys.use(main.getByRole('link', { name: '账单与还款' }), 'the bill')
  await page.getByRole('heading', { name: '标准信用卡账单' }).waitFor()
  await good(page, 'elder bill at 320')
  await keys.to(page.locator('input[name=how]:checked'), 'how much')
  for (let step = 0; step < 4 && !(await page.getByLabel('还款金额（元）').count()); step += 1) {
    await keys.press('ArrowDown')
  }
  await keys.fill(page.getByLabel('还款金额（元）'), '2.50', 'the amount')
  await keys.use(page.getByRole('button', { name: '还款 2.50 元' }), 'repay')
  const sheet = page.getByRole('dialog', { name: '验证身份' })
  await keys.fill(sheet.getByLabel('支付密码'), me.demo.pay_password, 'the password')
  await keys.fill(sheet.getByLabel('短信验证码'), await nextCode(), 'the code')
  await good(page, 'elder proof at 320')
  await keys.use(sheet.getByRole('button', { name: '确认还款' }), 'confirm')
  await page.getByRole('heading', { name: '还款成功' }).waitFor()
  await good(page, 'elder repaid at 320')
  await until('the elder mode to end', async () => (await elder(false)).ok())
  await done()
})
