// What a customer does on the pages, by the names that a customer sees. `where` is a page or the frame of the phone.
import { until } from './browser.mjs'
import { hold, smsCodes } from './phone.mjs'

/**
 * @typedef {import('playwright-core').Page | import('playwright-core').FrameLocator} Where
 * @typedef {import('./bank.mjs').Person} Person @typedef {import('./bank.mjs').Bank} Bank
 * @typedef {{ name: string, no: string, yuan: string, when?: string }} Order
 */

/**
 * Opens a page of the bank as this person would from the chat: the session comes by OAuth.
 * @param {import('playwright-core').Page} page @param {Bank} bank @param {Person} person @param {string} path
 */
export async function openAs(page, bank, person, path = '/') {
  await hold(page.context(), bank, person)
  await page.goto(`${bank.url}/h5${path}`)
  await until(
    'the page behind the sign-in',
    async () => /\/h5\//.test(page.url()) && (await page.locator('main :is(h1, h2, form, .state)').count()) > 0,
  )
}

/** @param {Where} where @param {Person} person */
export async function fillBinding(where, person) {
  await where.getByLabel('姓名', { exact: true }).fill(person.demo.name)
  await where.getByLabel('身份证号', { exact: true }).fill(person.demo.id_no)
  await where.getByLabel('银行卡号', { exact: true }).fill(person.demo.card_no)
  await where.getByLabel('银行预留手机号', { exact: true }).fill(person.phone)
  await where.getByRole('button', { name: '下一步' }).click()
}

/** @param {Where} where @param {Person} person @param {() => Promise<string>} nextCode */
export async function bind(where, person, nextCode) {
  await fillBinding(where, person)
  await where.getByLabel('短信验证码').fill(await nextCode())
  await where.getByRole('button', { name: '完成绑定' }).click()
}

/** From the open list of banks. @param {Where} where @param {RegExp} name */
export async function chooseBank(where, name) {
  const list = where.getByRole('dialog', { name: '选择收款银行' })
  await list.getByRole('button', { name }).first().click()
  await list.waitFor({ state: 'hidden' })
}

/** From the payee's form to the sheet that asks for a last look. @param {Where} where @param {Order} order */
export async function fillOrder(where, order) {
  await where.getByLabel('收款人姓名').fill(order.name)
  await where.getByLabel('收款卡号或账号').fill(order.no)
  await where.getByRole('button', { name: '下一步' }).click()
  await where.getByLabel('转账金额（元）').fill(order.yuan)
  // Elders are offered the next day first.
  await where.getByRole('radio', { name: order.when ?? '实时到账' }).check()
  await where.getByRole('button', { name: '下一步' }).click()
  await where.getByRole('dialog', { name: '请核对后确认' }).waitFor()
}

/** From the payee's form to the sheet that asks for the proof. @param {Where} where @param {Order} order */
export async function orderTransfer(where, order) {
  await fillOrder(where, order)
  const sheet = where.getByRole('dialog', { name: '请核对后确认' })
  await sheet.getByRole('button', { name: '确认转账' }).waitFor()
  const sure = sheet.getByRole('checkbox')
  if (await sure.count()) await sure.check()
  await sheet.getByRole('button', { name: '确认转账' }).click()
  await where.getByRole('dialog', { name: '验证身份' }).waitFor()
}

/** @param {Where} where @param {Person} person @param {() => Promise<string>} nextCode @param {string} [go] */
export async function prove(where, person, nextCode, go = '确认转账') {
  const sheet = where.getByRole('dialog', { name: '验证身份' })
  await sheet.getByLabel('支付密码').fill(person.demo.pay_password)
  await sheet.getByLabel('短信验证码').fill(await nextCode())
  await sheet.getByRole('button', { name: go }).click()
}

/**
 * A whole transfer on a page of its own, up to the receipt's door.
 * @param {import('playwright-core').Page} page @param {Bank} bank @param {Person} from @param {Person} to @param {string} yuan
 */
export async function transfer(page, bank, from, to, yuan) {
  const nextCode = await smsCodes(bank, from)
  await openAs(page, bank, from, '/transfer')
  await orderTransfer(page, { name: to.demo.name, no: to.demo.card_no, yuan })
  await prove(page, from, nextCode)
}
