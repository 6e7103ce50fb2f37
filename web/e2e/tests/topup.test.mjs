// 微信充值 as a customer meets it: paid at WeChat's cashier in the phone, refused until it is right, given back in part.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitsWidth, openPage, passesAxe, shot } from '../lib/browser.mjs'
import { openAs } from '../lib/h5.mjs'
import { chatItem } from '../lib/phone.mjs'
import { enterChat, openFromMenu, openPhone, webFrame, webPage } from '../lib/simulator.mjs'
import { stage } from '../lib/stage.mjs'

const on = stage()

/** @param {import('playwright-core').Page | import('playwright-core').Frame} where @param {import('playwright-core').Page} page @param {string} label */
async function good(where, page, label) {
  await passesAxe(where, label)
  await fitsWidth(where, label)
  await shot(page, `topup-${label.replace(/ /g, '-')}`)
}

/** Opens the top-up's form in the phone, from the account's menu. @param {import('playwright-core').Page} page */
async function openForm(page) {
  await openFromMenu(page, /转账|账户|首页/)
  const web = webPage(page)
  await web.getByRole('link', { name: '首页' }).first().click()
  await web.getByRole('link', { name: '充值', exact: true }).click()
  return web
}

test('WX15: paid in the phone, in the account at once, told in the chat, and half of it given back', async () => {
  const me = await on.bank.person('王建国')
  const { page, done } = await openPage(on.browser, { width: 1440, height: 900 })
  await openPhone(page, on.bank, '王建国')
  await enterChat(page)
  const web = await openForm(page)
  await web.getByLabel('充值金额（元）').fill('88.80')
  await good(webFrame(page), page, 'form in the phone')
  await web.getByRole('button', { name: '去支付' }).click()
  const cashier = page.getByRole('dialog', { name: '微信支付' })
  await cashier.getByText('¥88.80').waitFor()
  await passesAxe(page, 'the cashier')
  await shot(page, 'topup-cashier')

  // Closed without paying: nothing is lost, and it can be paid again.
  await cashier.getByRole('button', { name: '关闭收银台' }).click()
  await web.getByText('您没有付款，没有扣钱').waitFor()
  await good(webFrame(page), page, 'not paid')
  await web.getByRole('button', { name: '去微信付款' }).click()
  await cashier.getByRole('button', { name: '立即支付' }).click()
  await web.getByRole('heading', { name: '充值成功' }).waitFor()
  await good(webFrame(page), page, 'in the account')
  await chatItem(on.bank, me, 'the notice of the top-up', (item) => JSON.stringify(item.template ?? '').includes('88.80'))

  await web.getByRole('button', { name: '申请退款' }).click()
  const sheet = web.getByRole('dialog', { name: '申请退款' })
  await sheet.getByLabel('退款金额（元）').fill('88.81')
  await sheet.getByText('超过了可退金额').waitFor()
  await good(webFrame(page), page, 'refund too much')
  await sheet.getByLabel('退款金额（元）').fill('44.40')
  await sheet.getByRole('button', { name: '确认退款' }).click()
  // Pay takes a minute, and is asked more and more slowly.
  await web.getByRole('heading', { name: '部分退款' }).waitFor({ timeout: 180_000 })
  await web.getByText('已退回微信').waitFor()
  await good(webFrame(page), page, 'refunded')
  await web.getByRole('link', { name: '全部充值记录' }).click()
  await web.getByText('部分退款').first().waitFor()
  await good(webFrame(page), page, 'list')
  await done()
})

test('WX15: too much is refused with the way out; a closed cashier, an order out of its time, a page outside WeChat', async () => {
  const me = await on.bank.person('陈晓明')
  const { page, done } = await openPage(on.browser, { width: 320, height: 700 })
  await openAs(page, on.bank, me)
  await page.goto(`${on.bank.url}/h5/topups`)
  await page.getByText('还没有充过值').waitFor()
  await good(page, page, 'empty list')
  await page.getByRole('link', { name: '去充值' }).click()
  await page.getByLabel('充值金额（元）').fill('50000.01')
  await page.getByText('超过了单笔充值上限').waitFor()
  await good(page, page, 'too much')
  await page.getByLabel('充值金额（元）').fill('')
  await page.getByRole('button', { name: '去支付' }).click()
  await page.getByText('还没有填金额').waitFor()

  await on.bank.ask('/sandbox/faults', { pay: { down: true } })
  await page.getByLabel('充值金额（元）').fill('20')
  await page.getByRole('button', { name: '去支付' }).click()
  await page.getByText('微信支付暂时没有回应，没有发生扣款').waitFor()
  await good(page, page, 'cashier closed')
  await on.bank.ask('/sandbox/faults', { pay: { down: false } })
  await page.getByRole('button', { name: '去微信付款' }).click()
  await page.getByText('这个页面没有在微信里打开').waitFor()
  await good(page, page, 'outside WeChat')
  await page.getByRole('heading', { name: '等待支付' }).waitFor()
  await done()
})

test('WX15: in elder mode everything fits and is read aloud, also at 320 px', async () => {
  const me = await on.bank.person('李秀兰')
  const { page, done } = await openPage(on.browser, { width: 320, height: 700 })
  await openAs(page, on.bank, me, '/')
  const toggle = page.getByRole('button', { name: /长辈版/ }).first()
  if ((await page.locator('html[data-elder]').count()) === 0) await toggle.click()
  await page.getByRole('link', { name: '充值', exact: true }).click()
  await page.getByLabel('充值金额（元）').fill('1234.50')
  await good(page, page, 'elder form')
  await page.getByRole('button', { name: '去支付' }).click()
  await page.getByRole('heading', { name: '等待支付' }).waitFor()
  await page.getByText('这个页面没有在微信里打开').waitFor()
  await good(page, page, 'elder waiting')
  assert.ok((await page.getByRole('button', { name: '读给我听' }).count()) > 0, 'it can be read aloud')
  await done()
})
