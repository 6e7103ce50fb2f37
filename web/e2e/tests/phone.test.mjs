// The whole way of a new customer on the phone: follow, bind, ask, transfer, be told, block the card.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { choose, fitsWidth, openPage, passesAxe, shot } from '../lib/browser.mjs'
import { bind, orderTransfer, prove } from '../lib/h5.mjs'
import { Keys } from '../lib/keys.mjs'
import { chatItem, smsCodes } from '../lib/phone.mjs'
import { answer, enterChat, openFromMenu, openPhone, say, webFrame, webPage } from '../lib/simulator.mjs'
import { stage } from '../lib/stage.mjs'

const on = stage()

test('a newcomer follows, binds, asks for the balance, transfers, is told, and reports a card lost', async (t) => {
  const { page, done } = await openPage(on.browser, { width: 1440, height: 900 })
  const me = await on.bank.person('赵敏')
  const payee = await on.bank.person('王建国')
  const nextCode = await smsCodes(on.bank, me)
  const log = page.getByRole('log', { name: '聊天记录' })

  await t.test('follows the account and is welcomed', async () => {
    await openPhone(page, on.bank, '赵敏')
    await passesAxe(page, 'the phone, chat list')
    await enterChat(page)
    await passesAxe(page, 'the account before following')
    await page.getByRole('button', { name: '关注公众号' }).click()
    await log.getByRole('link').first().waitFor()
    await passesAxe(page, 'the welcome')
    await shot(page, 'phone-1-welcome')
  })

  await t.test('binds through the link of the welcome', async () => {
    await log.getByRole('link', { name: /绑定/ }).last().click()
    const web = webPage(page)
    await web.getByLabel('身份证号', { exact: true }).waitFor()
    await passesAxe(page, 'the phone around a web page')
    await passesAxe(webFrame(page), 'the binding form in the phone')
    await bind(web, me, nextCode)
    await web.getByRole('heading', { name: /您好/ }).waitFor()
    await fitsWidth(webFrame(page), 'the home page in the phone')
    await page.getByRole('button', { name: '关闭网页' }).click()
  })

  await t.test('asks for the balance by typing', async () => {
    await say(page, '余额')
    const bubble = await answer(page, /\d[\d,]*\.\d\d元/)
    assert.doesNotMatch(await bubble.innerText(), /故障|稍后|暂时/)
    await shot(page, 'phone-2-balance')
  })

  await t.test('opens the pages from the menu, transfers with password and code, and sees the receipt', async () => {
    await page.getByRole('button', { name: '切换到菜单' }).click()
    await openFromMenu(page, /转账/)
    const web = webPage(page)
    await orderTransfer(web, { name: payee.demo.name, no: payee.demo.card_no, yuan: '12.34' })
    await passesAxe(webFrame(page), 'the proof in the phone')
    await shot(page, 'phone-3-proof')
    await prove(web, me, nextCode)
    await web.getByRole('heading', { name: '转账成功' }).waitFor()
    await web.getByRole('link', { name: '查看回单' }).click()
    await web.getByText('人民币壹拾贰元叁角肆分').waitFor()
    await passesAxe(webFrame(page), 'the receipt in the phone')
    await shot(page, 'phone-4-receipt')
  })

  await t.test('finds the notice of the transfer in the chat', async () => {
    await chatItem(
      on.bank,
      me,
      'the notice',
      (item) => item.type === 'template' && JSON.stringify(item.template).includes('12.34'),
    )
    await page.getByRole('button', { name: '关闭网页' }).click()
    const notice = page.getByRole('article', { name: /服务通知/ }).last()
    await notice.getByText('12.34').first().waitFor()
    await passesAxe(page, 'a notice in the chat')
    await shot(page, 'phone-5-notice')
  })

  await t.test('reports the card lost in two taps from the home page', async () => {
    await openFromMenu(page, /转账|账户|首页/)
    const web = webPage(page)
    await web.getByRole('link', { name: '首页' }).first().click()
    await web.getByRole('link', { name: '挂失' }).first().click()
    await web
      .getByRole('button', { name: /立即挂失/ })
      .first()
      .click()
    await web.getByRole('heading', { name: '账户已挂失' }).waitFor()
    await passesAxe(webFrame(page), 'the report in the phone')
    await shot(page, 'phone-6-lost')
  })
  await done()
})

test('another person on the same browser has another phone: no session is carried over', async () => {
  const { page, done } = await openPage(on.browser, { width: 1440, height: 900 })
  await openPhone(page, on.bank, '王建国')
  await enterChat(page)
  await openFromMenu(page, /转账|账户|首页/)
  await webPage(page).getByRole('link', { name: '我的' }).first().click()
  await webPage(page).getByRole('heading', { name: /建国/ }).waitFor()
  await page.getByRole('button', { name: '关闭网页' }).click()
  await choose(page, /陈晓明/)
  await enterChat(page)
  await openFromMenu(page, /转账|账户|首页/)
  await webPage(page).getByRole('link', { name: '我的' }).first().click()
  await webPage(page).getByRole('heading', { name: /晓明/ }).waitFor()
  await done()
})

test('the phone fills a narrow page and the panels open beside it', async () => {
  const { page, done } = await openPage(on.browser, { width: 320, height: 640 })
  await page.goto(`${on.bank.url}/simulator/`)
  await enterChat(page)
  await fitsWidth(page, 'the chat at 320')
  await passesAxe(page, 'the chat at 320')
  await page.getByRole('button', { name: '打开演示面板' }).click()
  await page.getByRole('heading', { name: '故障开关' }).waitFor()
  await fitsWidth(page, 'the panels at 320')
  await passesAxe(page, 'the panels at 320')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: '打开演示面板' }).waitFor()
  await done()
})

test('the phone and its switches are used without a mouse', async () => {
  const { page, done } = await openPage(on.browser, { width: 1440, height: 900 })
  const keys = new Keys(page)
  const button = (/** @type {string} */ name) => page.getByRole('button', { name, exact: true })
  await page.goto(`${on.bank.url}/simulator/`)
  await keys.to(page.getByRole('radio', { checked: true }).first(), 'the holder')
  while ((await page.getByRole('heading', { name: '李秀兰的资料' }).count()) === 0) await keys.press('ArrowDown')
  await page.getByRole('heading', { name: '李秀兰的资料' }).waitFor()
  await keys.use(page.getByRole('main', { name: '手机' }).getByRole('button', { name: /微柜银行/ }), 'the chat')
  await keys.use(button('账户'), 'the menu')
  await page.getByRole('menuitem', { name: '查余额' }).waitFor()
  await keys.press('ArrowDown')
  assert.equal(await keys.on(page.getByRole('menuitem', { name: '查明细' })), true, 'arrows move in the menu')
  await keys.press('Escape')
  assert.equal(await keys.on(button('账户')), true, 'Esc goes back to the menu’s button')
  await keys.use(button('切换到输入文字'), 'the switch to typing')
  await keys.fill(page.getByLabel('输入消息'), '余额', 'the message')
  await keys.press('Enter')
  await answer(page, /\d[\d,]*\.\d\d元/)
  await keys.use(button('切换到菜单'), 'the switch to the menu')
  await keys.use(button('转账'), 'the transfer')
  await webPage(page).getByLabel('收款人姓名').waitFor()
  assert.equal(await keys.on(button('关闭网页')), true, 'a page begins at its close button')
  await keys.press('Enter')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.waitForTimeout(100)
  assert.equal(await keys.on(button('转账')), true, 'closing goes back to where it was opened')
  await keys.use(page.getByRole('button', { name: /复制.*支付密码/ }), 'copying the password')
  assert.equal(
    await page.evaluate(() => navigator.clipboard.readText()),
    (await on.bank.person('李秀兰')).demo.pay_password,
  )
  await done()
})

test('a bank that is away is told, and found again', async () => {
  const { page, done } = await openPage(on.browser, { width: 1440, height: 900 })
  await page.route('**/sandbox/phone/**', (route) => route.abort())
  await page.goto(`${on.bank.url}/simulator/`)
  await page.getByRole('alert').getByText('连不上演示服务').waitFor()
  await passesAxe(page, 'the phone without a bank')
  await page.unroute('**/sandbox/phone/**')
  await page.route('**/chat?*', (route) => route.abort())
  await page.getByRole('button', { name: '重试' }).click()
  await enterChat(page)
  await page.getByText('网络不可用，正在重连').waitFor()
  await passesAxe(page, 'a chat without a network')
  await page.unroute('**/chat?*')
  await page.getByText('网络不可用，正在重连').waitFor({ state: 'detached' })
  await done()
})
