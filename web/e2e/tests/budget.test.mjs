// What a first visit has to load, compressed, as the browser really asks for it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { startBank } from '../lib/bank.mjs'
import { openBrowser, openPage } from '../lib/browser.mjs'
import { openAs } from '../lib/h5.mjs'
import { login } from '../lib/office.mjs'

/** @type {import('../lib/bank.mjs').Bank} */
let bank
/** @type {import('playwright-core').Browser} */
let browser

before(async () => {
  ;[bank, browser] = await Promise.all([startBank(), openBrowser()])
})
after(async () => {
  await browser?.close()
  await bank?.stop()
})

/** @param {string} title @param {number} limitKb @param {(page: import('playwright-core').Page) => Promise<void>} visit */
function budget(title, limitKb, visit) {
  test(`${title}: at most ${limitKb} kB of script`, async (t) => {
    const { page, done } = await openPage(browser)
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
    await page.waitForLoadState('networkidle')
    const bytes = (await Promise.all(scripts.values())).reduce((sum, size) => sum + size, 0)
    t.diagnostic(`${scripts.size} scripts, ${(bytes / 1024).toFixed(1)} kB gzipped`)
    assert.ok(bytes > 5_000, 'nothing was measured')
    assert.ok(bytes <= limitKb * 1024, `${(bytes / 1024).toFixed(1)} kB`)
    await done()
  })
}

budget('the customer’s home page', 130, async (page) => {
  await openAs(page, bank, await bank.person('王建国'), '/')
})

budget('the office, login and first page', 180, async (page) => {
  await login(page, bank, 'teller01')
  await page.getByRole('heading', { level: 1, name: '今日概览' }).waitFor()
})

budget('the phone', 40, async (page) => {
  await page.goto(`${bank.url}/simulator/`)
  await page.getByRole('heading', { name: '谁拿着手机' }).waitFor()
})

test('names with a hash are kept for ever, the page itself is asked for anew, and script travels compressed', async () => {
  for (const app of ['h5', 'office', 'simulator']) {
    const page = await fetch(`${bank.url}/${app}/`)
    assert.match(page.headers.get('cache-control') ?? '', /no-cache/, app)
    const src = /<script[^>]+src="([^"]+)"/.exec(await page.text())?.[1]
    assert.ok(src, `${app} has a script`)
    const script = await fetch(new URL(src, bank.url), { headers: { 'accept-encoding': 'gzip, br' } })
    assert.match(script.headers.get('cache-control') ?? '', /immutable/, app)
    assert.match(script.headers.get('content-encoding') ?? '', /gzip|br/, app)
  }
})
