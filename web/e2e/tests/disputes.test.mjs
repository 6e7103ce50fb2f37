// AC12 AC14 BO03: a customer doubts a line, staff work it by keyboard alone, the customer reads the answer; and the month
// by category, with a line that is given another one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { choose, fitsWidth, openPage, passesAxe, settle, shot, until } from '../lib/browser.mjs'
import { openAs } from '../lib/h5.mjs'
import { login, open } from '../lib/office.mjs'
import { chatItem } from '../lib/phone.mjs'
import { stage } from '../lib/stage.mjs'

const on = stage()
const ANSWER = '经核实为您绑定的自动续费，已协助关闭'

/** @param {import('playwright-core').Page} page @param {string} label */
async function good(page, label) {
  await settle(page)
  await shot(page, label.replace(/[^a-z0-9]+/gi, '-'))
  await passesAxe(page, label)
  await fitsWidth(page, label)
}

test('a line is doubted in the statement, worked in the office and answered', async (t) => {
  const me = await on.bank.person('王建国')
  const { page, done } = await openPage(on.browser)
  await openAs(page, on.bank, me, '/disputes')

  await t.test('without a dispute the page says where one begins', async () => {
    await page.getByText('没有申诉过交易').waitFor()
    await good(page, 'h5 disputes empty')
    await page.getByRole('link', { name: '看明细' }).click()
    await page.waitForURL(/accounts\/.+/)
  })

  await t.test('the sheet of a line asks what is wrong, and needs words for 其他', async () => {
    const row = page.locator('main .rows button').first()
    await row.click()
    const sheet = page.getByRole('dialog', { name: '交易详情' })
    await sheet.getByRole('button', { name: '对这笔交易有疑问' }).waitFor()
    await good(page, 'h5 entry sheet')
    await sheet.getByRole('button', { name: '对这笔交易有疑问' }).click()
    const form = page.getByRole('dialog', { name: '对这笔交易有疑问' })
    await choose(form, '其他疑问')
    await form.getByRole('button', { name: '提交申诉' }).click()
    await form.getByText('请用至少 4 个字写明哪里不对').waitFor()
    await good(page, 'h5 dispute form')
    await choose(form, '不是本人交易')
    await form.getByLabel(/补充说明/).fill('我没有在这里买过东西')
    await form.getByRole('button', { name: '提交申诉' }).click()
    await page.getByText('已经受理').waitFor()
    await good(page, 'h5 dispute received')
    await page.keyboard.press('Escape')
    await page.getByText('申诉已受理').first().waitFor()
  })

  const { page: teller, done: goHome } = await openPage(on.browser, { width: 1440, height: 900 })
  await t.test('the teller works it by keyboard', async () => {
    await login(teller, on.bank, 'teller01')
    await open(teller, '工单')
    await until('the case', async () => {
      await teller.keyboard.press('g')
      return (await teller.getByRole('link', { name: '交易申诉' }).count()) > 0
    })
    await good(teller, 'office cases')
    const focused = () => teller.evaluate(() => document.activeElement?.textContent)
    await until('the focus on the case', async () => {
      await teller.keyboard.press('j')
      return (await focused()) === '交易申诉'
    })
    await teller.keyboard.press('g')
    await settle(teller)
    assert.equal(await focused(), '交易申诉', 'a list that is read anew leaves the focus where it was')
    await teller.keyboard.press('Enter')
    await teller.getByRole('heading', { level: 1, name: '交易申诉' }).waitFor()
    await teller.getByText('我没有在这里买过东西').waitFor()
    await teller.keyboard.press('c')
    await teller.getByRole('button', { name: '办结' }).waitFor()
    await good(teller, 'office case')
    await teller.keyboard.press('r')
    const dialog = teller.getByRole('dialog', { name: '办结工单' })
    await dialog.getByLabel('处理结果').waitFor()
    await good(teller, 'office resolve')
    await dialog.getByRole('button', { name: '办结' }).click()
    await dialog.getByText('请选择一项。').waitFor()
    await dialog.getByLabel('处理结果').selectOption({ label: '交易属实，已向客户说明' })
    await dialog.getByLabel('处理说明').fill('已调阅商户小票')
    await dialog.getByLabel('给客户的答复').fill(ANSWER)
    await teller.keyboard.press('Control+Enter')
    await teller.getByText('已办结').first().waitFor()
    await good(teller, 'office closed')
  })
  await goHome()

  await t.test('the customer hears of it and reads the answer', async () => {
    await chatItem(on.bank, me, 'the notice', (item) => JSON.stringify(item).includes('已答复'))
    await page.goto(`${on.bank.url}/h5/disputes`)
    await page.getByText(ANSWER).waitFor()
    await good(page, 'h5 disputes')
    const answer = await page.context().request.put(`${on.bank.url}/api/preferences`, { data: { elder: true } })
    assert.ok(answer.ok())
    await page.reload()
    await page.getByText(ANSWER).waitFor()
    await good(page, 'h5 disputes elder')
    await page.context().request.put(`${on.bank.url}/api/preferences`, { data: { elder: false } })
  })
  await done()
})

test('a month by category, and a line that is given another one', async (t) => {
  const me = await on.bank.person('王建国')
  const { page, done } = await openPage(on.browser)
  await openAs(page, on.bank, me, '/summary')
  await page.getByRole('heading', { name: '按分类' }).waitFor()

  await t.test('a month back has its bars, each with its words', async () => {
    await page.getByRole('button', { name: '上一个月' }).click()
    await page.getByRole('button', { name: /占\s*\d+%/ }).first().waitFor()
    await good(page, 'h5 summary')
  })

  await t.test('a category opens its lines, and a line moves to another', async () => {
    const first = page.getByRole('button', { name: /占\s*\d+%/ }).first()
    await first.click()
    await page.getByRole('heading', { name: /笔，占/ }).waitFor()
    await page.locator('section[aria-labelledby=lines] button').first().click()
    const sheet = page.getByRole('dialog', { name: '改分类' })
    await choose(sheet, '医疗健康')
    await good(page, 'h5 relabel')
    await sheet.getByRole('button', { name: '保存' }).click()
    await page.getByRole('button', { name: /医疗健康/ }).first().waitFor()
    await good(page, 'h5 summary relabelled')
  })

  await t.test('in elder mode and at 320', async () => {
    await page.context().request.put(`${on.bank.url}/api/preferences`, { data: { elder: true } })
    await page.setViewportSize({ width: 320, height: 844 })
    await page.reload()
    await page.getByRole('heading', { name: '按分类' }).waitFor()
    await good(page, 'h5 summary elder')
    await page.context().request.put(`${on.bank.url}/api/preferences`, { data: { elder: false } })
  })
  await done()
})

test('the supervisor sees reconciliation and asks for a day again', async () => {
  const { page, done } = await openPage(on.browser, { width: 1440, height: 900 })
  await login(page, on.bank, 'supervisor01')
  await open(page, '对账')
  await good(page, 'office recon')
  await page.getByRole('button', { name: '重新对账' }).click()
  const dialog = page.getByRole('dialog', { name: '重新对账' })
  await dialog.getByRole('button', { name: '开始对账' }).click()
  await dialog.getByText(/至少 4 个字/).waitFor()
  await good(page, 'office recon dialog')
  await dialog.getByLabel('为什么重新对账').fill('核对昨日演示数据')
  await dialog.getByRole('button', { name: '开始对账' }).click()
  await until('an even run', async () => {
    await page.getByRole('button', { name: '刷新' }).click()
    return (await page.getByText('平', { exact: true }).count()) > 0
  })
  await page.getByRole('link', { name: /^\d{4}-\d\d-\d\d/ }).first().click()
  await page.getByText('借贷平衡').waitFor()
  await good(page, 'office recon run')
  await done()
})

test('the supervisor sees the files of the billers: one that is even, one that was cut off and has a case', async (t) => {
  const { page, done } = await openPage(on.browser, { width: 1440, height: 900 })
  const sizes = /** @type {const} */ ([
    ['wide', 1440, 900],
    ['phone', 390, 844],
  ])
  /** @param {string} label */
  const both = async (label) => {
    for (const [name, width, height] of sizes) {
      await page.setViewportSize({ width, height })
      await good(page, `office ${label} ${name}`)
    }
    await page.setViewportSize({ width: 1440, height: 900 })
  }
  await login(page, on.bank, 'supervisor01')
  await open(page, '对账')
  await page.getByLabel('哪种对账').selectOption({ label: '缴费单位' })
  await page.getByRole('link', { name: /^\d{4}-\d\d-\d\d/ }).first().waitFor()
  await page.getByText('示范市供电公司').first().waitFor()

  /** Yesterday's file may not be there shortly after midnight, the day before's is. */
  const day = new Date(Date.now() - 40 * 3_600_000).toLocaleDateString('sv-SE', { timeZone: 'Asia/Shanghai' })
  /** @param {string} biller @param {string} reason */
  const rerun = async (biller, reason) => {
    await page.getByRole('button', { name: '重新对账' }).click()
    const dialog = page.getByRole('dialog', { name: '重新对账' })
    await dialog.getByLabel('和谁对账').selectOption({ label: biller })
    await dialog.getByLabel('营业日').fill(day)
    await dialog.getByLabel('为什么重新对账').fill(reason)
    await good(page, `office recon dialog ${biller === '示范市供电公司' ? 'power' : 'gas'}`)
    await dialog.getByRole('button', { name: '开始对账' }).click()
    await dialog.waitFor({ state: 'hidden' })
  }

  await t.test('a day without payments is even', async () => {
    await rerun('示范市供电公司', '核对供电公司文件')
    const mine = page.getByRole('row', { name: /供电公司.*人工/ })
    await until('an even run', async () => {
      await page.getByRole('button', { name: '刷新' }).click()
      return (await mine.getByText('平', { exact: true }).count()) > 0
    })
    await both('biller list')
    await mine.first().getByRole('link').click()
    await page.getByRole('heading', { level: 1, name: /示范市供电公司对账/ }).waitFor()
    await page.getByText('借贷平衡').waitFor()
    await both('biller run')
  })

  await t.test('a payment that we never sent is a difference with its case', async () => {
    await faulty('stranger')
    await open(page, '对账')
    await page.getByLabel('哪种对账').selectOption({ label: '缴费单位' })
    await rerun('示范市自来水公司', '核对多出的一笔')
    const mine = page.getByRole('row', { name: /自来水公司.*人工/ })
    await until('an uneven run', async () => {
      await page.getByRole('button', { name: '刷新' }).click()
      return (await mine.getByText('不平').count()) > 0
    })
    await mine.first().getByRole('link').click()
    await page.getByText('我方缺这一笔').waitFor()
    await both('biller difference')
  })

  await t.test('a file that was cut off is refused, and its case says what to do', async () => {
    await faulty('cut_off')
    await open(page, '对账')
    await page.getByLabel('哪种对账').selectOption({ label: '缴费单位' })
    await rerun('示范市燃气公司', '核对燃气公司文件')
    const mine = page.getByRole('row', { name: /燃气公司.*人工/ })
    await until('a refused file', async () => {
      await page.getByRole('button', { name: '刷新' }).click()
      return (await mine.getByText('文件不完整').count()) > 0
    })
    await mine.first().getByRole('link').click()
    await page.getByText(/文件不完整，已拒收/).waitFor()
    await both('biller broken')
    await open(page, '工单')
    await page.getByRole('link', { name: '对账文件异常' }).first().click()
    await page.getByText(/请联系示范市燃气公司/).waitFor()
    await both('biller case')
    await faulty('none')
  })
  await done()
})

/** @param {string} file */
async function faulty(file) {
  const answer = await fetch(`${on.bank.url}/sandbox/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ billers: { file } }),
  })
  assert.ok(answer.ok)
}
