// WX15 BO03: a refund that WeChat Pay can't deliver. The customer reads where it stands; the teller finds its case, can't close
// a thing by opinion while Pay may still decide it, and sees it close when Pay has delivered.
import { test } from 'node:test'
import { fitsWidth, openPage, passesAxe, settle, shot, until } from '../lib/browser.mjs'
import { login, open } from '../lib/office.mjs'
import { enterChat, openFromMenu, openPhone, webFrame, webPage } from '../lib/simulator.mjs'
import { stage } from '../lib/stage.mjs'

const on = stage()
/** WeChat Pay takes a minute for a refund. */
const REFUNDED = { timeout: 150_000 }

/** @param {import('playwright-core').Page} page @param {string} label */
async function good(page, label) {
  await settle(page)
  await shot(page, label.replace(/[^a-z0-9]+/gi, '-'))
  await passesAxe(page, label)
  await fitsWidth(page, label)
}

test('a refund that can not be delivered is told as such and is a case until it is', async (t) => {
  const { page, done } = await openPage(on.browser, { width: 1440, height: 900 })
  await openPhone(page, on.bank, '王建国')
  await enterChat(page)
  await openFromMenu(page, /转账|账户|首页/)
  const web = webPage(page)
  await web.getByRole('link', { name: '首页' }).first().click()
  await web.getByRole('link', { name: '充值', exact: true }).click()
  await on.bank.ask('/sandbox/faults', { pay: { refunds_abnormal: true } })

  await t.test('the customer reads that the bank sees to it', async () => {
    await web.getByLabel('充值金额（元）').fill('66.60')
    await web.getByRole('button', { name: '去支付' }).click()
    await page.getByRole('dialog', { name: '微信支付' }).getByRole('button', { name: '立即支付' }).click()
    await web.getByRole('heading', { name: '充值成功' }).waitFor()
    await web.getByRole('button', { name: '申请退款' }).click()
    const sheet = web.getByRole('dialog', { name: '申请退款' })
    await sheet.getByLabel('退款金额（元）').fill('22.20')
    await sheet.getByRole('button', { name: '确认退款' }).click()
    await web.getByText('退款受阻，银行正在人工处理').waitFor(REFUNDED)
    await passesAxe(webFrame(page), 'stuck refund')
    await shot(page, 'stuck-h5')
  })

  const { page: teller, done: goHome } = await openPage(on.browser, { width: 1440, height: 900 })
  await t.test('the teller finds the case and what to look up', async () => {
    await login(teller, on.bank, 'teller01')
    await open(teller, '工单')
    const link = teller.getByRole('link', { name: '收款退款异常' })
    await until('the case', async () => {
      await teller.keyboard.press('g')
      return (await link.count()) > 0
    })
    await good(teller, 'stuck cases')
    await link.first().click()
    await teller.getByRole('heading', { level: 1, name: '收款退款异常' }).waitFor()
    await teller.getByText('微信支付退款异常，付款人没有收到').waitFor()
    await teller.getByText('商户退款单号').first().waitFor()
    await teller.getByRole('button', { name: '认领' }).click()
    await teller.getByRole('button', { name: '提交更正' }).waitFor()
    await good(teller, 'stuck case')
  })

  await t.test('asked again after somebody saw to it, it closes by itself', async () => {
    await on.bank.ask('/sandbox/faults', { pay: { refunds_abnormal: false, hold_notices: true } })
    await teller.getByRole('button', { name: '再次查询' }).click()
    await teller.getByText('微信支付已退回付款人').first().waitFor()
    await good(teller, 'stuck closed')
    await on.bank.ask('/sandbox/faults', { pay: { hold_notices: false } })
    await web.getByText('已退回微信').waitFor(REFUNDED)
    await shot(page, 'stuck-h5-done')
  })
  await goHome()
  await done()
})
