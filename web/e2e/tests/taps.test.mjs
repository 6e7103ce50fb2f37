// UX01: each of the five things that people come for is at most three taps away from the home page, typing aside.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openPage } from '../lib/browser.mjs'
import { openAs, transfer } from '../lib/h5.mjs'
import { Finger } from '../lib/taps.mjs'
import { stage } from '../lib/stage.mjs'

const on = stage()
/** @type {Record<string, number>} */
const counted = {}
const MOST = 3

/** @param {string} title @param {(page: import('playwright-core').Page, finger: Finger) => Promise<void>} task */
function taps(title, task) {
  test(title, async (t) => {
    const { page, done } = await openPage(on.browser, { touch: true })
    await openAs(page, on.bank, await on.bank.person('王建国'), '/')
    await page.getByRole('heading', { name: /您好/ }).waitFor()
    const finger = new Finger()
    await task(page, finger)
    counted[title] = finger.taps
    t.diagnostic(`${finger.taps} taps`)
    assert.ok(finger.taps <= MOST, `${title}: ${finger.taps} taps`)
    await done()
  })
}

test('somebody to pay again', async () => {
  const { page, done } = await openPage(on.browser)
  await transfer(page, on.bank, await on.bank.person('王建国'), await on.bank.person('陈晓明'), '1.00')
  await page.getByRole('heading', { name: '转账成功' }).waitFor()
  await done()
})

const home = (/** @type {import('playwright-core').Page} */ page) => page.getByRole('navigation', { name: '常用服务' })

taps('余额：看到总资产', async (page, finger) => {
  await finger.tap(page.getByRole('button', { name: '显示金额' }))
  await page
    .getByRole('main')
    .getByText(/\d[\d,]*\.\d\d/)
    .first()
    .waitFor()
})

taps('明细：看到最近的账', async (page, finger) => {
  await finger.tap(home(page).getByRole('link', { name: '明细' }))
  await page
    .getByRole('main')
    .getByText(/\d+\.\d\d/)
    .nth(1)
    .waitFor()
})

taps('转账：给转过的人，到填金额', async (page, finger) => {
  await finger.tap(home(page).getByRole('link', { name: '转账', exact: true }))
  await finger.tap(page.getByRole('button', { name: /晓明/ }))
  await page.getByLabel('转账金额（元）').waitFor()
})

taps('回单：看到上一笔的回单', async (page, finger) => {
  await finger.tap(page.getByRole('region', { name: '最近转账' }).getByRole('listitem').getByRole('link'))
  await finger.tap(page.getByRole('link', { name: '查看回单' }))
  await page.getByRole('article', { name: '电子回单' }).waitFor()
})

taps('挂失：办完', async (page, finger) => {
  await finger.tap(home(page).getByRole('link', { name: '挂失' }))
  await finger.tap(page.getByRole('button', { name: /立即挂失/ }))
  await page.getByRole('heading', { name: '账户已挂失' }).waitFor()
  assert.equal(finger.taps, 2, '挂失 takes two taps')
})

test('the five tasks were all counted', () => {
  assert.equal(Object.keys(counted).length, 5)
})
