// What a first visit has to load, compressed, as the browser really asks for it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { openPage } from '../lib/browser.mjs'
import { openAs } from '../lib/h5.mjs'
import { login } from '../lib/office.mjs'
import { stage } from '../lib/stage.mjs'

const on = stage()

/** @param {string} title @param {number} limitKb @param {(page: import('playwright-core').Page) => Promise<void>} visit */
function budget(title, limitKb, visit) {
  test(`${title}: at most ${limitKb} kB of script`, async (t) => {
    const { page, done } = await openPage(on.browser)
    /** @type {Map<string, Promise<number>>} */
    const scripts = new Map()
    page.on('response', (answer) => {
      if (answer.request().resourceType() !== 'script') return
      scripts.set(
        answer.url(),
        answer.body().then(
          (body) => gzipSync(body, { level: 6 }).length,
          () => 0,
        ),
      )
    })
    await visit(page)
    // Not until the network rests: the phone always waits for the next message.
    await page.waitForTimeout(1_500)
    const bytes = (await Promise.all(scripts.values())).reduce((sum, size) => sum + size, 0)
    t.diagnostic(`${scripts.size} scripts, ${(bytes / 1024).toFixed(1)} kB gzipped`)
    assert.ok(bytes > 5_000, 'nothing was measured')
    assert.ok(bytes <= limitKb * 1024, `${(bytes / 1024).toFixed(1)} kB`)
    await done()
  })
}

budget('the customer’s home page', 130, async (page) => {
  await openAs(page, on.bank, await on.bank.person('王建国'), '/')
})

budget('the office, login and first page', 180, async (page) => {
  await login(page, on.bank, 'teller01')
  await page.getByRole('heading', { level: 1, name: '今日概览' }).waitFor()
})

budget('the phone', 40, async (page) => {
  await page.goto(`${on.bank.url}/simulator/`)
  await page
    .getByRole('main', { name: '手机' })
    .getByRole('button', { name: /微柜银行/ })
    .waitFor()
})

test('names with a hash are kept for ever, the page itself is asked for anew, and script travels compressed', async () => {
  for (const app of ['h5', 'office', 'simulator']) {
    const page = await fetch(`${on.bank.url}/${app}/`)
    assert.match(page.headers.get('cache-control') ?? '', /no-cache/, app)
    const src = /<script[^>]+src="([^"]+)"/.exec(await page.text())?.[1]
    assert.ok(src, `${app} has a script`)
    const script = await fetch(new URL(src, on.bank.url), { headers: { 'accept-encoding': 'gzip, br' } })
    assert.match(script.headers.get('cache-control') ?? '', /immutable/, app)
    assert.match(script.headers.get('content-encoding') ?? '', /gzip|br/, app)
  }
})
