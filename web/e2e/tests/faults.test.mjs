// The world outside breaks by the switchboard, and the customer sees the truth: what is not known is 处理中, never a
// failure, and later what really happened; pages that do not need the core go on.
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { openPage, passesAxe, shot, until } from '../lib/browser.mjs'
import { openAs, orderTransfer, prove } from '../lib/h5.mjs'
import { setCore, smsCodes } from '../lib/phone.mjs'
import { enterChat, openPhone, say, setSwitch } from '../lib/simulator.mjs'
import { stage } from '../lib/stage.mjs'

const on = stage()

afterEach(() => setCore(on.bank, 'ok'))

/** The switchboard beside the phone, as a spectator uses it. @param {string} choice */
async function switchboard(choice) {
  const { page, done } = await openPage(on.browser, { width: 1440, height: 900 })
  await page.goto(`${on.bank.url}/simulator/`)
  await setSwitch(page, '核心系统', choice)
  await until(`the switchboard to say ${choice}`, async () => {
    const { core } = await on.bank.ask('/sandbox/faults')
    return choice === '正常' ? !core.down && !core.lose_answers : core.down || core.lose_answers || core.delay_ms > 0
  })
  await passesAxe(page, `the switchboard at ${choice}`)
  await shot(page, `faults-switchboard-${choice}`)
  await done()
}

/** @param {string} name */
async function demandBalance(name) {
  const person = await on.bank.person(name)
  const { page, done } = await openPage(on.browser)
  await openAs(page, on.bank, person, '/')
  const { accounts } = await (await page.context().request.get(`${on.bank.url}/api/accounts`)).json()
  await done()
  return accounts.find((/** @type {any} */ a) => a.kind === 'demand').balance_fen
}

test('the core executes and stays silent: 处理中, then the truth, and the money moved once', async () => {
  const me = await on.bank.person('陈晓明')
  const payee = await on.bank.person('王建国')
  const before = await demandBalance('陈晓明')
  const nextCode = await smsCodes(on.bank, me)
  const { page, done } = await openPage(on.browser)
  await openAs(page, on.bank, me, '/transfer')
  await orderTransfer(page, { name: payee.demo.name, no: payee.demo.card_no, yuan: '10.00' })
  await switchboard('做了不答')
  await prove(page, me, nextCode)
  await page.getByRole('heading', { name: '银行正在处理' }).waitFor({ timeout: 40_000 })
  assert.equal(await page.getByText('没有成功').count(), 0, 'the unknown is shown as a failure')
  await passesAxe(page, 'a transfer in doubt')
  await shot(page, 'faults-processing')
  await switchboard('正常')
  await page.getByRole('heading', { name: '转账成功' }).waitFor({ timeout: 120_000 })
  await passesAxe(page, 'a transfer found out')
  await done()
  assert.equal(await demandBalance('陈晓明'), before - 1000, 'moved once, by the exact amount')
})

test('the core is down: other pages go on, the balance says from when it is or that it is not known', async () => {
  const me = await on.bank.person('王建国')
  const { page, done } = await openPage(on.browser)
  await openAs(page, on.bank, me, '/')
  await page.getByRole('button', { name: '显示金额' }).click()
  await page
    .getByText(/\d[\d,]*\.\d\d/)
    .first()
    .waitFor()
  await switchboard('停机')
  await page.goto(`${on.bank.url}/h5/accounts`)
  await until(
    'the accounts page to tell its age or its fault',
    async () => /没有取到最新|暂时/.test(await page.getByRole('main').innerText()),
    30_000,
  )
  await passesAxe(page, 'accounts while the core is down')
  await shot(page, 'faults-down-accounts')
  for (const [path, sign] of /** @type {const} */ ([
    ['/transfers', /转账/],
    ['/me', /长辈版/],
    ['/verify', /验证/],
  ])) {
    await page.goto(`${on.bank.url}/h5${path}`)
    await page.getByText(sign).first().waitFor()
    assert.equal(await page.getByRole('button', { name: /再试一次|重试/ }).count(), 0, `${path} needs the core`)
  }
  await switchboard('正常')
  await page.goto(`${on.bank.url}/h5/accounts`)
  await until('the balance to be back', async () => {
    await page.reload()
    await page
      .getByRole('main')
      .getByText(/\d[\d,]*\.\d\d/)
      .first()
      .waitFor({ timeout: 5_000 })
      .catch(() => undefined)
    return !/没有取到最新/.test(await page.getByRole('main').innerText())
  })
  await done()
})

test('the core is down when the proof arrives: in doubt at first, then one truth that the balance bears out', async () => {
  const me = await on.bank.person('陈晓明')
  const payee = await on.bank.person('李秀兰')
  const before = await demandBalance('陈晓明')
  const nextCode = await smsCodes(on.bank, me)
  const { page, done } = await openPage(on.browser)
  await openAs(page, on.bank, me, '/transfer')
  await orderTransfer(page, { name: payee.demo.name, no: payee.demo.card_no, yuan: '20.00' })
  await setCore(on.bank, 'down')
  await prove(page, me, nextCode)
  await page.getByRole('heading', { name: '银行正在处理' }).waitFor({ timeout: 40_000 })
  await setCore(on.bank, 'ok')
  const end = page.getByRole('heading', { name: /转账成功|转账没有成功/ })
  await end.waitFor({ timeout: 120_000 })
  const moved = (await end.innerText()) === '转账成功' ? 2000 : 0
  await done()
  assert.equal(await demandBalance('陈晓明'), before - moved)
})

test('the core is slow: the chat waits, and the late answer comes once', async () => {
  const { page, done } = await openPage(on.browser, { width: 1440, height: 900 })
  await openPhone(page, on.bank, '李秀兰')
  await enterChat(page)
  await setSwitch(page, '核心系统', '变慢')
  const log = page.getByRole('log', { name: '聊天记录' })
  const money = log.getByText(/\d[\d,]*\.\d\d元/)
  const before = await money.count()
  await say(page, '余额')
  await page.getByRole('heading', { name: '对方正在输入…' }).waitFor()
  await passesAxe(page, 'waiting in the chat')
  await until('the late answer', async () => (await money.count()) > before, 40_000)
  await page.waitForTimeout(8_000)
  assert.equal(await money.count(), before + 1, 'answered once')
  assert.equal(await log.getByText('服务出现故障').count(), 0)
  await shot(page, 'faults-slow-chat')
  await done()
})
