// The two pictures of the README: the phone with a transfer told in the chat, and the trail in the office.
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startBank } from './lib/bank.mjs'
import { openBrowser, openPage, settle } from './lib/browser.mjs'
import { transfer } from './lib/h5.mjs'
import { find, login, open } from './lib/office.mjs'
import { chatItem } from './lib/phone.mjs'
import { answer, enterChat, openPhone, say } from './lib/simulator.mjs'

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../docs/images')
const [bank, browser] = await Promise.all([startBank(), openBrowser()])
try {
  await mkdir(folder, { recursive: true })
  const me = await bank.person('王建国')
  const payee = await bank.person('李秀兰')
  const { page: h5 } = await openPage(browser)
  await transfer(h5, bank, me, payee, '500.00')
  await h5.getByRole('heading', { name: '转账成功' }).waitFor()
  await chatItem(bank, me, 'the notice', (item) => item.type === 'template')

  const { page: phone } = await openPage(browser, { width: 1440, height: 900 })
  await openPhone(phone, bank, me.demo.name)
  await enterChat(phone)
  await say(phone, '余额')
  await answer(phone, /\d[\d,]*\.\d\d/)
  await phone.getByRole('button', { name: '切换到菜单' }).click()
  await settle(phone)
  await phone.screenshot({ path: join(folder, 'phone.png') })

  const { page: teller } = await openPage(browser, { width: 1440, height: 900 })
  await login(teller, bank, 'teller01')
  await open(teller, '客户')
  await find(teller, '手机号', me.phone)
  await teller.getByRole('link', { name: /建国/ }).click()
  await teller.getByRole('heading', { level: 1, name: /建国/ }).waitFor()
  await teller.getByRole('table').first().waitFor()
  await settle(teller)
  await teller.screenshot({ path: join(folder, 'office.png') })
} finally {
  await browser.close()
  await bank.stop()
}
