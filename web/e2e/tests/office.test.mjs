// Staff: two factors at the door, a customer found masked, one value shown for a reason, and all of it in the trail.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitsWidth, openPage, passesAxe, shot } from '../lib/browser.mjs'
import { openAs } from '../lib/h5.mjs'
import { find, login, logout, open } from '../lib/office.mjs'
import { stage } from '../lib/stage.mjs'

const on = stage()
const REASON = '客户来电核对预留手机'

const wide = { width: 1440, height: 900 }

test('a wrong password and a wrong code are told alike, and neither opens the door', async () => {
  const { page, done } = await openPage(on.browser, wide)
  const fact = on.bank.staff.find((s) => s.login === 'operator01')
  assert.ok(fact)
  await page.goto(`${on.bank.url}/office/`)
  await passesAxe(page, 'the login')
  await page.getByLabel('工号').fill(fact.login)
  await page.getByLabel('密码').fill('not-the-password')
  await page.keyboard.press('Enter')
  const words = await page.getByRole('alert').innerText()
  assert.match(words, /工号、密码或动态码/)
  await passesAxe(page, 'the refused login')
  await page.getByLabel('密码').fill(fact.password)
  await page.keyboard.press('Enter')
  await page.getByLabel('动态码').fill('000000')
  await page.keyboard.press('Enter')
  assert.equal(await page.getByRole('alert').innerText(), words)
  await passesAxe(page, 'the refused code')
  await page.goto(`${on.bank.url}/office/nodes`)
  await page.getByRole('heading', { name: '登录后台' }).waitFor()
  await done()
})

test('a teller finds a customer masked, sees one number for a reason, and the auditor sees that', async (t) => {
  const { page, done } = await openPage(on.browser, wide)
  const customer = await on.bank.person('李秀兰')

  await t.test('the teller has the menu of a teller', async () => {
    await login(page, on.bank, 'teller01')
    const links = await page.getByRole('navigation', { name: '模块' }).getByRole('link').allInnerTexts()
    assert.deepEqual(
      links.map((l) => l.trim()),
      ['今日概览', '客户', '工单', '扫码收款'],
    )
    await passesAxe(page, 'the overview')
    await shot(page, 'office-1-overview')
    await page.goto(`${on.bank.url}/office/audit`)
    await page.getByText('您没有“审计日志”的权限').waitFor()
    await page.getByText(/请联系系统管理员开通“审计日志”权限/).waitFor()
    await shot(page, 'office-1-forbidden')
    await passesAxe(page, 'a page without permission')
  })

  await t.test('a number with a digit missing is told before it is asked', async () => {
    await open(page, '客户')
    await passesAxe(page, 'the search')
    await find(page, '手机号', customer.phone.slice(0, 10))
    await page.getByText(/11 位/).last().waitFor()
    await passesAxe(page, 'a refused search')
  })

  await t.test('nobody is an answer too', async () => {
    await find(page, '手机号', '13900000000')
    await page.getByText('没有找到这位客户').waitFor()
    await passesAxe(page, 'an empty result')
  })

  await t.test('the customer has looked at the accounts in WeChat', async () => {
    const { page: phone, done: hangUp } = await openPage(on.browser)
    await openAs(phone, on.bank, customer, '/accounts')
    await phone.getByRole('heading', { name: '活期' }).waitFor()
    await hangUp()
  })

  await t.test('the customer is found by each thing that the customer knows, always masked', async () => {
    const known = /** @type {const} */ ([
      ['姓名', customer.demo.name],
      ['身份证号', customer.demo.id_no],
      ['银行卡号', customer.demo.card_no],
      ['手机号', customer.phone],
    ])
    for (const [kind, value] of known) {
      await find(page, kind, value)
      await page.getByRole('link', { name: /秀兰/ }).waitFor()
      const table = await page.getByRole('table').innerText()
      assert.doesNotMatch(table, new RegExp(`${customer.phone}|${customer.demo.name}|${customer.demo.id_no}`), kind)
    }
    await passesAxe(page, 'the result')
    await shot(page, 'office-2-search')
    await find(page, '手机号', customer.phone.slice(0, 10))
    await page.getByText('还没有查找').waitFor()
    assert.equal(await page.getByRole('link', { name: /秀兰/ }).count(), 0, 'an old result beside a refused search')
    await find(page, '手机号', customer.phone)
    await page.getByRole('link', { name: /秀兰/ }).waitFor()
  })

  await t.test('one value is shown for a reason and hides again', async () => {
    await page.getByRole('link', { name: /秀兰/ }).click()
    await page.getByRole('heading', { level: 1, name: /秀兰/ }).waitFor()
    assert.doesNotMatch(await page.locator('main').innerText(), new RegExp(customer.phone))
    await passesAxe(page, 'the customer')
    await page.getByRole('button', { name: /查看.*手机号/ }).click()
    const dialog = page.getByRole('dialog', { name: '查看手机号' })
    await dialog.getByLabel('查看原因').fill('查')
    await dialog.getByRole('button', { name: '查看', exact: true }).click()
    await dialog.getByText(/至少 4 个字/).waitFor()
    await passesAxe(page, 'the question for the reason')
    await dialog.getByLabel('查看原因').fill(REASON)
    await dialog.getByRole('button', { name: '查看', exact: true }).click()
    await page.getByText(customer.phone).waitFor()
    await passesAxe(page, 'a value in clear')
    await shot(page, 'office-3-revealed')
    await page.getByRole('button', { name: /遮掩/ }).click()
    assert.doesNotMatch(await page.locator('main').innerText(), new RegExp(customer.phone))
  })

  await t.test('the auditor sees who looked at what and why, and proves the chain', async () => {
    await logout(page)
    await login(page, on.bank, 'auditor01')
    await open(page, '审计日志')
    await page.getByLabel('做了什么').selectOption({ label: '查看明文' })
    await page.getByRole('button', { name: '查询' }).click()
    const row = page.getByRole('row', { name: /查看明文/ }).first()
    await row.waitFor()
    await passesAxe(page, 'the trail')
    await row.getByRole('button', { name: /详情/ }).click()
    const drawer = page.getByRole('dialog', { name: '审计记录' })
    await drawer.getByText(REASON).waitFor()
    await passesAxe(page, 'a row of the trail')
    await shot(page, 'office-4-trail')
    assert.doesNotMatch(await drawer.innerText(), new RegExp(`${customer.phone}|${customer.demo.name}`))
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: '核对', exact: true }).click()
    await page.getByText('完好').waitFor()
    await passesAxe(page, 'a proven chain')
  })
  await done()
})

test('a supervisor ends the sessions of a customer and sees the policies', async () => {
  const { page, done } = await openPage(on.browser, wide)
  const customer = await on.bank.person('陈晓明')
  await login(page, on.bank, 'supervisor01')
  await open(page, '验证策略')
  await page.getByRole('row', { name: /转账/ }).first().waitFor()
  await passesAxe(page, 'the policies')
  const { page: phone, done: hangUp } = await openPage(on.browser)
  await openAs(phone, on.bank, customer, '/me')
  await open(page, '客户')
  await find(page, '手机号', customer.phone)
  await page.getByRole('link', { name: /晓明/ }).click()
  await page.getByRole('button', { name: '全部撤销' }).click()
  const dialog = page.getByRole('dialog', { name: '撤销全部会话' })
  await dialog.getByLabel('撤销原因').fill('客户报手机遗失')
  await passesAxe(page, 'the question before ending sessions')
  await dialog.getByRole('button', { name: '全部撤销' }).click()
  await dialog.waitFor({ state: 'hidden' })
  const answer = await phone.context().request.get(`${on.bank.url}/api/session`)
  assert.equal(answer.status(), 401)
  await hangUp()
  await done()
})

test('an operator sees the nodes, and the page rests while nobody looks', async () => {
  const { page, done } = await openPage(on.browser, wide)
  await login(page, on.bank, 'operator01')
  await open(page, '节点状态')
  await page.getByRole('row').nth(1).getByText('正常').first().waitFor()
  await passesAxe(page, 'the nodes')
  await shot(page, 'office-5-nodes')
  let asked = 0
  page.on('request', (r) => (asked += r.url().endsWith('/api/office/nodes') ? 1 : 0))
  await page.getByLabel('自动刷新').uncheck()
  await page.waitForTimeout(6_500)
  assert.equal(asked, 0, 'a page that is told to rest still asks')
  await page.getByLabel('自动刷新').check()
  await page.waitForRequest((r) => r.url().endsWith('/api/office/nodes'))
  await done()
})

test('a value in clear hides by itself after a minute, and an idle session warns, then ends', async () => {
  const { page, done } = await openPage(on.browser, wide)
  const customer = await on.bank.person('王建国')
  await page.clock.install()
  await login(page, on.bank, 'teller01')
  await open(page, '客户')
  await find(page, '姓名', customer.demo.name)
  await page.getByRole('link', { name: /建国/ }).click()
  await page.getByRole('button', { name: /查看.*身份证号/ }).click()
  const dialog = page.getByRole('dialog', { name: '查看身份证号' })
  await dialog.getByLabel('查看原因').fill(REASON)
  await dialog.getByRole('button', { name: '查看', exact: true }).click()
  const clear = page.getByText(customer.demo.id_no)
  await clear.waitFor()
  await page.clock.fastForward(55_000)
  assert.equal(await clear.count(), 1, 'hidden too early')
  await page.clock.fastForward(7_000)
  await clear.waitFor({ state: 'detached' })

  const me = await (await page.context().request.get(`${on.bank.url}/api/office/me`)).json()
  const idle = me.idle_expires_at - Date.now()
  assert.ok(idle > 120_000 && idle <= 30 * 60_000, `staff may idle for ${idle} ms`)
  await page.clock.fastForward(idle - 62_000 - 60_000)
  const warning = page.getByRole('dialog', { name: '您还在吗？' })
  await warning.waitFor()
  await passesAxe(page, 'the warning')
  await warning.getByRole('button', { name: '继续工作' }).click()
  await warning.waitFor({ state: 'hidden' })
  await page.clock.fastForward(idle)
  await page.getByText('很久没有操作，已为您自动退出。').waitFor()
  assert.equal((await page.context().request.get(`${on.bank.url}/api/office/me`)).status(), 401)
  await passesAxe(page, 'the login after an idle session')
  await done()
})

test('every page of the office is usable at 390 and fits 1024', async () => {
  for (const width of [390, 1024]) {
    const { page, done } = await openPage(on.browser, { width, height: 844 })
    await login(page, on.bank, width === 390 ? 'auditor01' : 'supervisor01')
    const paths = width === 390 ? ['customers', 'audit', 'policies'] : ['overview', 'customers', 'policies', 'nowhere']
    for (const path of paths) {
      await page.goto(`${on.bank.url}/office/${path}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await fitsWidth(page, `${path} at ${width}`)
      await passesAxe(page, `${path} at ${width}`)
      await shot(page, `office-${width}-${path}`)
    }
    await done()
  }
})
