// Chromium, a page in it, and what every page must pass: axe, no sideways scrolling, no script error.
import assert from 'node:assert/strict'
import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const here = dirname(fileURLToPath(import.meta.url))
const SHOTS = join(here, '../shots')
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** @typedef {import('playwright-core').Page} Page @typedef {import('playwright-core').Frame} Frame */

export function openBrowser() {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--lang=zh-CN'],
    headless: true,
  })
}

/**
 * A page in a cookie jar of its own. Script errors are kept and fail the test at `done`.
 * @param {import('playwright-core').Browser} browser
 * @param {{ width?: number, height?: number, touch?: boolean, scale?: number }} [size]
 */
export async function openPage(browser, size = {}) {
  const { width = 390, height = 844, touch = false, scale = 1 } = size
  const context = await browser.newContext({
    viewport: { width, height },
    hasTouch: touch,
    deviceScaleFactor: scale,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  /** @type {string[]} */
  const faults = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (line) => {
    if (line.type() === 'error' && /Content Security Policy|violates/.test(line.text())) faults.push(line.text())
  })
  const done = async () => {
    await context.close()
    assert.deepEqual(faults, [], 'script errors on the page')
  }
  return { page, context, done }
}

/**
 * axe finds nothing. A frame is looked at on its own, so that a finding names its document.
 * @param {Page | Frame} where @param {string} label
 */
export async function passesAxe(where, label) {
  await settle(where)
  await where.evaluate(AXE)
  const found = await where.evaluate(async (tags) => {
    // @ts-expect-error axe is put into the page just above
    const result = await window.axe.run(document, { runOnly: tags, iframes: false })
    return result.violations.map(
      (/** @type {any} */ v) => `${v.id}: ${v.nodes.map((/** @type {any} */ n) => n.target.join(' ')).join(' | ')}`,
    )
  }, RULES)
  assert.deepEqual(found, [], `axe on ${label}`)
}

/** @param {Page | Frame} where @param {string} label */
export async function fitsWidth(where, label) {
  const over = await where.evaluate(() => {
    const root = document.documentElement
    const wide = root.scrollWidth - root.clientWidth
    if (wide <= 0) return null
    const culprit = [...document.body.querySelectorAll('*')].find(
      (e) => e.getBoundingClientRect().right > root.clientWidth + 1,
    )
    return `${wide} px too wide: ${culprit?.outerHTML.slice(0, 160)}`
  })
  assert.equal(over, null, `sideways scrolling on ${label}`)
}

/** Nothing is loading and nothing moves any more. @param {Page | Frame} where */
export async function settle(where) {
  await where
    .waitForFunction(() => !document.querySelector('[aria-busy=true]'), undefined, { timeout: 10_000 })
    .catch(() => {})
  await where.evaluate(async () => {
    const endless = (/** @type {Animation} */ a) => a.effect?.getComputedTiming().iterations === Infinity
    await Promise.all(
      document
        .getAnimations()
        .filter((a) => !endless(a))
        .map((a) => a.finished.catch(() => undefined)),
    )
  })
}

/**
 * Chooses a radio as a finger does: by its words, since the button itself is often drawn by them.
 * @param {Page | import('playwright-core').Locator} where @param {string | RegExp} name a text is the whole name
 */
export async function choose(where, name) {
  const radio = where.getByRole('radio', { name, exact: true })
  await radio.locator('xpath=ancestor::label').click()
  assert.equal(await radio.isChecked(), true, `${name} is chosen`)
}

/** @param {Page} page @param {string} name */
export async function shot(page, name) {
  await mkdir(SHOTS, { recursive: true })
  await page.screenshot({ path: join(SHOTS, `${name}.png`) })
}

/**
 * Asks until the answer is truthy.
 * @template T @param {string} what @param {() => Promise<T>} ask @param {number} [ms] @returns {Promise<NonNullable<T>>}
 */
export async function until(what, ask, ms = 30_000) {
  const end = Date.now() + ms
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (Date.now() > end) assert.fail(`waited ${ms / 1000} s in vain for ${what}`)
    await new Promise((done) => setTimeout(done, 250))
  }
}
