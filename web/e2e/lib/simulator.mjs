// The phone in the browser, by what a spectator sees.
import assert from 'node:assert/strict'
import { choose } from './browser.mjs'

/** @typedef {import('playwright-core').Page} Page */

/** @param {Page} page @param {{ url: string }} bank @param {string} who */
export async function openPhone(page, bank, who) {
  await page.goto(`${bank.url}/simulator/`)
  await choose(page, new RegExp(who))
  await page.getByRole('heading', { name: `${who}的资料` }).waitFor()
}

/** From the chat list into the account's chat. @param {Page} page */
export async function enterChat(page) {
  await page
    .getByRole('main', { name: '手机' })
    .getByRole('button', { name: /微柜银行/ })
    .click()
}

/** @param {Page} page @param {string} text */
export async function say(page, text) {
  const type = page.getByRole('button', { name: '切换到输入文字' })
  if (await type.count()) await type.click()
  await page.getByLabel('输入消息').fill(text)
  await page.getByRole('button', { name: '发送' }).click()
}

/** The last bubble of the account, once it holds these words. @param {Page} page @param {RegExp} words */
export async function answer(page, words) {
  const bubble = page.getByRole('log', { name: '聊天记录' }).getByText(words).last()
  await bubble.waitFor()
  return bubble
}

/** The open web page in the phone. @param {Page} page */
export const webPage = (page) => page.frameLocator('iframe')

/** The frame itself, for axe. @param {Page} page */
export function webFrame(page) {
  const frame = page.frames().find((f) => f !== page.mainFrame() && /\/h5\//.test(f.url()))
  if (!frame)
    throw new Error(
      `no web page is open: ${page
        .frames()
        .map((f) => f.url())
        .join(', ')}`,
    )
  return frame
}

/** @param {Page} page @param {string} part @param {string} choice */
export async function setSwitch(page, part, choice) {
  await choose(page.getByRole('group', { name: part }), choice)
}

/** The first entry of the account's menu, or below it, that fits. @param {import('playwright-core').Page} page @param {RegExp} name */
export async function openFromMenu(page, name) {
  const menu = page.getByRole('navigation', { name: '公众号菜单' })
  await menu.getByRole('button').first().waitFor()
  for (const top of await menu.getByRole('button').all()) {
    const below = (await top.getAttribute('aria-haspopup')) === 'menu'
    if (!below && name.test(await top.innerText())) {
      await top.click()
      return
    }
    if (!below) continue
    await top.click()
    const entry = menu.getByRole('menuitem', { name }).first()
    if (await entry.count()) {
      await entry.click()
      return
    }
    await page.keyboard.press('Escape')
  }
  assert.fail(`the menu has nothing like ${name}`)
}
