// 柜台扫码收款 from both sides of the counter: the code on the office's screen, scanned in the phone, paid, and given back by
// two people's word.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitsWidth, openPage, passesAxe, shot } from '../lib/browser.mjs'
import { login, open } from '../lib/office.mjs'
import { stage } from '../lib/stage.mjs'

const on = stage()
const wide = { width: 1440, height: 900 }
const hand = { width: 390, height: 844, touch: true }

/** @typedef {import('playwright-core').Page} Page */

/** @param {Page} page @param {string} label */
async function good(page, label) {
  await passesAxe(page, label)
  await fitsWidth(page, label)
  await shot(page, `collections-${label.replace(/ /g, '-')}`)
}

/** Where the square of the code stands. @param {Page} page */
const box = async (page) => page.locator('section.code .box').boundingBox()

/** @param {Page} page @param {string} charge @param {string} yuan */
async function collect(page, charge, yuan) {
  await page.getByRole('button', { name: '新收款' }).click()
  const form = page.getByRole('dialog', { name: '新收款' })
  await form.getByLabel('收费项目').selectOption({ label: charge })
  await form.getByLabel('金额（元）').fill(yuan)
  await form.getByRole('button', { name: '出示二维码' }).click()
  await page.getByRole('heading', { level: 1, name: `收款 · ${charge}` }).waitFor()
}

/** What the code on the screen says. @param {Page} page */
async function codeOf(page) {
  await page.getByRole('img', { name: /微信收款码/ }).waitFor()
  await page.getByRole('button', { name: /复制二维码内容/ }).click()
  return page.evaluate(() => navigator.clipboard.readText())
}

/** @param {Page} phone @param {string} code */
async function scan(phone, code) {
  await phone.getByRole('button', { name: '扫一扫' }).click()
  await phone.getByLabel(/把二维码的内容贴在这里/).fill(code)
  await phone.getByRole('button', { name: '识别' }).click()
}

test('WX15: a code is shown, scanned in the phone, paid, and half of it goes back by two people', async (t) => {
  const { page, done } = await openPage(on.browser, wide)
  const { page: phone, done: hangUp } = await openPage(on.browser, hand)
  const cashier = phone.getByRole('dialog', { name: '微信支付' })
  /** @type {string} */
  let here = ''

  await t.test('nothing is there yet, and a bad form is told what to mend', async () => {
    await login(page, on.bank, 'teller01')
    await open(page, '扫码收款')
    await page.getByText('还没有收过款').waitFor()
    await good(page, '1 empty')
    await page.getByRole('button', { name: '新收款' }).click()
    const form = page.getByRole('dialog', { name: '新收款' })
    await form.getByRole('button', { name: '出示二维码' }).click()
    await form.getByText('请选择收费项目').waitFor()
    await form.getByText('还没有填金额').waitFor()
    await form.getByLabel('金额（元）').fill('50000.01')
    await form.getByText('一笔最多 50000 元').waitFor()
    await good(page, '2 bad form')
    await form.getByRole('button', { name: '取消' }).click()
  })

  await t.test('the code stands on the screen, with its price and its time', async () => {
    await collect(page, '保管箱租金', '365')
    here = page.url()
    const code = await codeOf(page)
    assert.match(code, /^weixin:\/\/wxpay\//)
    await page.getByText(/剩余 \d+:\d\d/).waitFor()
    await page.locator('.state').getByText('等待扫码').waitFor()
    await good(page, '3 code')
  })

  await t.test('the phone scans it, is refused for want of money, goes away, and pays at last', async () => {
    const before = await box(page)
    const code = await codeOf(page)
    await phone.goto(`${on.bank.url}/simulator/`)
    await scan(phone, 'https://example.com/')
    await phone.getByText('这不是微信的收款码').waitFor()
    await good(phone, '4 no such code')
    await phone.getByRole('button', { name: '返回聊天' }).click()
    await on.bank.ask('/sandbox/faults', { pay: { no_money: true } })
    await scan(phone, code)
    await cashier.getByText('¥365.00').waitFor()
    await good(phone, '5 cashier')
    await cashier.getByRole('button', { name: '立即支付' }).click()
    await cashier.getByText('零钱不足').waitFor()
    await good(phone, '6 refused')
    await cashier.getByRole('button', { name: '关闭收银台' }).click()
    await page.locator('.state').getByText('等待扫码').waitFor()
    await on.bank.ask('/sandbox/faults', { pay: { no_money: false } })
    await phone.getByRole('button', { name: '识别' }).click()
    await cashier.getByRole('button', { name: '立即支付' }).click()
    await phone.getByText('支付成功').waitFor()
    await good(phone, '7 paid in the phone')
    // Nobody touches the office: it sees by itself, and nothing jumps.
    await page.locator('.state').getByText('已支付', { exact: true }).waitFor()
    assert.deepEqual(await box(page), before, 'the square of the code has moved')
    await page.getByText('款项已记入收入账户').waitFor()
    await good(page, '8 paid')
  })

  await t.test('one asks for a refund, another lets it go', async () => {
    await page.getByRole('button', { name: '提交退款' }).click()
    const sheet = page.getByRole('dialog', { name: '提交退款' })
    await sheet.getByLabel('金额（元）').fill('365.01')
    await sheet.getByLabel('退款原因').fill('同一笔租金收了两次')
    await sheet.getByRole('button', { name: '提交复核' }).click()
    await sheet.getByText('退款金额超过可退金额').waitFor()
    await good(page, '9 refund too much')
    await sheet.getByLabel('金额（元）').fill('165')
    await sheet.getByRole('button', { name: '提交复核' }).click()
    await page.getByText('您不能复核自己的退款').waitFor()
    await good(page, '10 refund proposed')
    const { page: second, done: leave } = await openPage(on.browser, wide)
    await login(second, on.bank, 'supervisor01')
    await open(second, '扫码收款')
    await second.getByText('退款待复核').waitFor()
    await good(second, '11 list')
    await second.getByRole('link', { name: '保管箱租金' }).click()
    await second.getByRole('button', { name: '复核通过' }).click()
    const check = second.getByRole('dialog', { name: '复核通过' })
    await check.getByText('165.00 元').waitFor()
    await good(second, '12 check')
    await check.getByRole('button', { name: '同意退款' }).click()
    // Pay takes a minute, and is asked more and more slowly.
    await second.getByText('已退回付款人').waitFor({ timeout: 180_000 })
    await second.locator('.state').getByText('部分退款').waitFor()
    await good(second, '13 refunded')
    await leave()
  })

  await t.test('the page fits a narrow screen too', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto(here)
    await page.getByRole('heading', { level: 1, name: '收款 · 保管箱租金' }).waitFor()
    await good(page, '14 narrow')
  })
  await hangUp()
  await done()
})

test('WX15: a closed code is worth nothing, a silent Pay is told, and what runs out says so', async () => {
  const { page, done } = await openPage(on.browser, wide)
  await login(page, on.bank, 'teller01')
  await open(page, '扫码收款')
  await collect(page, '工本费', '10')
  const before = await box(page)
  const code = await codeOf(page)
  await page.getByRole('button', { name: '关闭收款' }).click()
  await page.locator('.state').getByText('已关闭').waitFor()
  assert.deepEqual(await box(page), before, 'the square of the code has moved')
  await good(page, '15 closed')
  const wang = await on.bank.person('王建国')
  await assert.rejects(on.bank.ask(`/sandbox/pay/phone/${wang.openid}/scan`, { key: code }), /pay.closed/)

  await page.getByRole('button', { name: '回到列表' }).click()
  await on.bank.ask('/sandbox/faults', { pay: { down: true } })
  await collect(page, '工本费', '20')
  await page.getByText('没有取到二维码').waitFor()
  await good(page, '16 no code')
  await page.getByRole('button', { name: '重新获取' }).click()
  await page.getByText('微信支付暂时没有回应，请稍后再试').waitFor()
  await on.bank.ask('/sandbox/faults', { pay: { down: false } })
  await page.getByRole('button', { name: '重新获取' }).click()
  await codeOf(page)

  // Fifteen minutes later, as the page would be told: the code is veiled until the bank says what became of it.
  await page.route(/\/api\/office\/collections\/[0-9a-f-]{36}$/, async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, json: { ...(await answer.json()), expires_at: Date.now() - 1_000 } })
  })
  await page.getByText('二维码已过期').waitFor()
  await page.locator('.state').getByText('已过期').waitFor()
  await good(page, '17 expired')
  await done()
})

test('WX15: who may not collect sees no way to, and a page that can not be read says why', async () => {
  const { page, done } = await openPage(on.browser, wide)
  await login(page, on.bank, 'auditor01')
  await open(page, '扫码收款')
  assert.equal(await page.getByRole('button', { name: '新收款' }).count(), 0)
  await page.goto(`${on.bank.url}/office/collections/01890000-0000-7000-8000-000000000000`)
  await page.getByText('没有找到这笔收款').waitFor()
  await good(page, '18 not there')
  await done()
})
