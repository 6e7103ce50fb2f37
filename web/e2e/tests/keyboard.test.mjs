// bind → balance → transfer → receipt with the keyboard alone, in elder mode, at 320 px. There is no mouse here: the
// page's pointer is taken away, so that a click by mistake would fail the test.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitsWidth, openPage, passesAxe, shot } from '../lib/browser.mjs'
import { openAs } from '../lib/h5.mjs'
import { Keys } from '../lib/keys.mjs'
import { smsCodes } from '../lib/phone.mjs'
import { freshCode } from '../lib/totp.mjs'
import { stage } from '../lib/stage.mjs'

const on = stage()

test('a customer without a mouse, with large text, on a narrow phone', async (t) => {
  const me = await on.bank.person('张伟')
  const payee = await on.bank.person('李秀兰')
  const nextCode = await smsCodes(on.bank, me)
  const { page, done } = await openPage(on.browser, { width: 320, height: 640 })
  await page.addInitScript(() => {
    for (const kind of ['mousedown', 'pointerdown', 'touchstart'])
      addEventListener(kind, () => (document.title = 'a pointer was used'), { capture: true })
  })
  const keys = new Keys(page)
  const button = (/** @type {string} */ name) => page.getByRole('button', { name, exact: true })
  const link = (/** @type {string | RegExp} */ name) => page.getByRole('main').getByRole('link', { name })
  const heading = (/** @type {string | RegExp} */ name) => page.getByRole('heading', { name })
  /** @param {string} label */
  const good = async (label) => {
    assert.equal(
      await page.evaluate(() => document.documentElement.hasAttribute('data-elder')),
      true,
      `elder mode on ${label}`,
    )
    await fitsWidth(page, label)
    await passesAxe(page, label)
    await shot(page, `keyboard-${label.replace(/ /g, '-')}`)
  }

  await t.test('chooses large text and binds', async () => {
    await openAs(page, on.bank, me, '/bind')
    await keys.use(button('长辈版'), 'the switch for large text')
    await keys.fill(page.getByLabel('姓名', { exact: true }), me.demo.name, 'the name')
    await keys.fill(page.getByLabel('身份证号', { exact: true }), me.demo.id_no, 'the ID number')
    await keys.fill(page.getByLabel('银行卡号', { exact: true }), me.demo.card_no, 'the card')
    await keys.fill(page.getByLabel('银行预留手机号', { exact: true }), me.phone, 'the phone')
    await good('the binding form')
    await keys.use(button('下一步'), 'next')
    await keys.fill(page.getByLabel('短信验证码'), await nextCode(), 'the code')
    await good('the code of the binding')
    await keys.use(button('完成绑定'), 'finish')
    await heading(/您好/).waitFor()
  })

  await t.test('reads the balance', async () => {
    await keys.use(button('显示金额'), 'the eye')
    await page
      .getByText(/\d[\d,]*\.\d\d/)
      .first()
      .waitFor()
    await good('the home page')
    await keys.use(page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '账户' }), 'the accounts')
    await heading('活期').waitFor()
    await page
      .getByRole('main')
      .getByText(/\d[\d,]*\.\d\d/)
      .first()
      .waitFor()
    await good('the accounts')
  })

  await t.test('transfers', async () => {
    await keys.use(page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '转账' }), 'the transfer')
    await keys.fill(page.getByLabel('收款人姓名'), payee.demo.name, 'the payee')
    await keys.fill(page.getByLabel('收款卡号或账号'), payee.demo.card_no, 'the account')
    await good('the payee')
    await keys.use(button('下一步'), 'next')
    await keys.fill(page.getByLabel('转账金额（元）'), '88.80', 'the amount')
    // Large text comes with the next day first; the arrow keys choose another.
    await keys.to(page.getByRole('radio', { name: '次日到账' }), 'the day')
    await keys.press('ArrowUp')
    assert.equal(await page.getByRole('radio', { name: '实时到账' }).isChecked(), true, 'at once')
    await good('the amount')
    await keys.use(button('下一步'), 'next')
    const sheet = page.getByRole('dialog', { name: '请核对后确认' })
    await sheet.waitFor()
    const sure = sheet.getByRole('checkbox')
    if (await sure.count()) await keys.tick(sure, 'the confirmation')
    await good('the last look')
    await keys.use(sheet.getByRole('button', { name: '确认转账' }), 'confirm')
    const proof = page.getByRole('dialog', { name: '验证身份' })
    await proof.waitFor()
    await keys.fill(proof.getByLabel('支付密码'), me.demo.pay_password, 'the password')
    await keys.fill(proof.getByLabel('短信验证码'), await nextCode(), 'the code')
    await good('the proof')
    await keys.use(proof.getByRole('button', { name: '确认转账' }), 'confirm')
    await heading('转账成功').waitFor()
    await good('the result')
  })

  await t.test('sees the receipt', async () => {
    await keys.use(link('查看回单'), 'the receipt')
    await page.getByText('人民币捌拾捌元捌角整').waitFor()
    await good('the receipt')
    await keys.use(link('返回首页'), 'home')
    await heading(/您好/).waitFor()
  })

  assert.notEqual(await page.title(), 'a pointer was used')
  t.diagnostic(`${keys.presses} key presses besides typing`)
  await done()
})

test('staff find a customer and read the trail without a mouse', async () => {
  const { page, done } = await openPage(on.browser, { width: 1024, height: 768 })
  const keys = new Keys(page)
  const staff = on.bank.staff.find((s) => s.login === 'auditor01')
  assert.ok(staff)
  const customer = await on.bank.person('王建国')
  await page.goto(`${on.bank.url}/office/`)
  await keys.fill(page.getByLabel('工号'), staff.login, 'the login')
  await keys.fill(page.getByLabel('密码'), staff.password, 'the password')
  await keys.use(page.getByRole('button', { name: '下一步' }), 'next')
  await keys.fill(page.getByLabel('动态码'), await freshCode(staff.totp_secret), 'the code')
  await keys.use(page.getByRole('button', { name: '登录', exact: true }), 'log in')
  await page.getByRole('heading', { level: 1, name: '客户' }).waitFor()
  await keys.fill(page.getByLabel('内容'), customer.phone, 'the value')
  await keys.press('Enter')
  await keys.use(page.getByRole('link', { name: /建国/ }), 'the customer')
  await page.getByRole('heading', { level: 1, name: /建国/ }).waitFor()
  await keys.use(page.getByRole('navigation', { name: '模块' }).getByRole('link', { name: '审计日志' }), 'the trail')
  await page.getByRole('heading', { level: 1, name: '审计日志' }).waitFor()
  await keys.use(page.getByRole('button', { name: '核对', exact: true }), 'verify')
  await page.getByText('完好').waitFor()
  await keys.use(page.getByRole('button', { name: /详情/ }), 'a row')
  await page.getByRole('dialog', { name: '审计记录' }).waitFor()
  await keys.press('Escape')
  await page.getByRole('dialog', { name: '审计记录' }).waitFor({ state: 'hidden' })
  await done()
})
