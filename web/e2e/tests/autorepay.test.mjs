// TP08: a card's auto-repay is signed with a proof, changed and ended on the phone; a wrong password and a silent bank are
// told as such; in elder mode, on a narrow phone, by the names that people see.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { choose, fitsWidth, openPage, passesAxe, shot, until } from '../lib/browser.mjs'
import { openAs, prove } from '../lib/h5.mjs'
import { setCore, smsCodes } from '../lib/phone.mjs'
import { stage } from '../lib/stage.mjs'

const on = stage()

/** @param {import('playwright-core').Page} page @param {string} label */
async function good(page, label) {
  await passesAxe(page, label)
  await fitsWidth(page, label)
  await shot(page, `autorepay-${label.replace(/ /g, '-')}`)
}

test('TP08: auto-repay is signed, shown beside the bill, changed and ended', async () => {
  const me = await on.bank.person('陈晓明')
  const nextCode = await smsCodes(on.bank, me)
  const { page, done } = await openPage(on.browser)
  await openAs(page, on.bank, me, '/repay')
  await page.getByRole('heading', { name: '标准信用卡账单' }).waitFor()
  const row = page.getByRole('link', { name: /自动还款/ })
  await row.getByText('未开通').waitFor()
  await good(page, 'beside the bill')
  await row.click()
  await page.getByRole('heading', { name: '开通自动还款' }).waitFor()
  await good(page, 'form')

  await page.getByRole('button', { name: '开通自动还款' }).click()
  const sheet = page.getByRole('dialog', { name: '验证身份' })
  await sheet.getByText(/开通自动还款（全额还款/).waitFor()
  await good(page, 'proof')
  const code = await nextCode()
  await sheet.getByLabel('支付密码').fill('999999')
  await sheet.getByLabel('短信验证码').fill(code)
  await sheet.getByRole('button', { name: '确认开通' }).click()
  await sheet.getByText(/还可以再试4次/).waitFor()
  await sheet.getByLabel('支付密码').fill(me.demo.pay_password)
  await sheet.getByLabel('短信验证码').fill(code)
  await sheet.getByRole('button', { name: '确认开通' }).click()
  await page.getByRole('status').getByText('自动还款已开通').waitFor()
  await page.getByText('已开通', { exact: true }).waitFor()
  await page.getByText('全额还款', { exact: true }).waitFor()
  await good(page, 'in force')

  await page.getByRole('button', { name: '更改' }).click()
  await page.getByRole('heading', { name: '更改自动还款' }).waitFor()
  await choose(page, '最低还款额')
  await page.getByText(/剩下的欠款按日计收利息/).waitFor()
  await good(page, 'change')
  await page.getByRole('button', { name: '确认更改' }).click()
  await prove(page, me, nextCode, '确认开通')
  await page.getByRole('status').getByText('自动还款已更改').waitFor()
  await page.goto(`${on.bank.url}/h5/repay`)
  await page.getByRole('link', { name: /自动还款.*最低还款额/ }).click()

  await page.getByRole('button', { name: '关闭自动还款' }).click()
  const ask = page.getByRole('dialog', { name: '关闭自动还款' })
  await ask.getByText(/逾期会影响征信/).waitFor()
  await good(page, 'end')
  await ask.getByRole('button', { name: '确认关闭' }).click()
  await page.getByRole('status').getByText('自动还款已关闭').waitFor()
  await page.getByRole('heading', { name: '开通自动还款' }).waitFor()
  await good(page, 'ended')
  await done()
})

test('TP08: auto-repay in elder mode at 320, while the bank is silent, and without a card', async () => {
  const me = await on.bank.person('陈晓明')
  const { page, done } = await openPage(on.browser, { width: 320, height: 700 })
  await openAs(page, on.bank, me, '/accounts')
  const elder = (/** @type {boolean} */ elder) =>
    page.context().request.put(`${on.bank.url}/api/preferences`, { data: { elder } })
  assert.ok((await elder(true)).ok())
  await page.goto(`${on.bank.url}/h5/repay/auto`)
  await page.getByRole('heading', { name: '开通自动还款' }).waitFor()
  await good(page, 'elder form at 320')
  await setCore(on.bank, 'down')
  try {
    await page.goto(`${on.bank.url}/h5/repay/auto`)
    await page.getByRole('button', { name: '再试一次' }).waitFor()
    await good(page, 'core down')
  } finally {
    await setCore(on.bank, 'ok')
  }
  await until('the elder mode to end', async () => (await elder(false)).ok())
  await done()

  const wang = await openPage(on.browser, { width: 320, height: 700 })
  await openAs(wang.page, on.bank, await on.bank.person('王建国'), '/repay/auto')
  await wang.page.getByText('名下没有信用卡').waitFor()
  await good(wang.page, 'no card at 320')
  await wang.done()
})
