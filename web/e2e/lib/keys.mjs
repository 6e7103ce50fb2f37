// A person who has a keyboard and nothing else. Reaches things by Tab only, and fails when the way is barred, when the
// focus cannot be seen, or when the pages would need a mouse.
import assert from 'node:assert/strict'

/** More stops than any page has; beyond that the thing cannot be reached. */
const FURTHEST = 80

/** @typedef {import('playwright-core').Page} Page @typedef {import('playwright-core').Locator} Locator */

export class Keys {
  /** @param {Page} page */
  constructor(page) {
    this.page = page
    this.presses = 0
  }

  /** @param {string} key */
  async press(key) {
    this.presses += 1
    await this.page.keyboard.press(key)
  }

  /** Walks to a thing. @param {Locator} target @param {string} what */
  async to(target, what) {
    await target.first().waitFor()
    for (let stops = 0; stops < FURTHEST; stops += 1) {
      if (await this.on(target)) return this.seen(target, what)
      await this.press('Tab')
    }
    assert.fail(`${what} cannot be reached by Tab; the focus is on ${await this.where()}`)
  }

  /** @param {Locator} target */
  on(target) {
    return target.first().evaluate((element) => element === document.activeElement)
  }

  /** The focus shows: an outline or a shadow on the element or on what frames it. @param {Locator} target @param {string} what */
  async seen(target, what) {
    const visible = await target.first().evaluate((element) => {
      const marked = (/** @type {Element} */ e) => {
        const style = getComputedStyle(e)
        const outline = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
        return outline || style.boxShadow !== 'none'
      }
      const box = element.getBoundingClientRect()
      const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth
      // A field under drawn boxes shows its focus on the boxes beside it.
      const near = [
        element,
        ...(element.parentElement ? [element.parentElement, ...element.parentElement.children] : []),
      ]
      return { marked: near.some(marked), inside }
    })
    assert.deepEqual(visible, { marked: true, inside: true }, `the focus on ${what} cannot be seen`)
  }

  /** @param {Locator} target @param {string} text @param {string} what */
  async fill(target, text, what) {
    await this.to(target, what)
    await this.page.keyboard.type(text)
  }

  /** Presses a button or follows a link. @param {Locator} target @param {string} what */
  async use(target, what) {
    await this.to(target, what)
    await this.press('Enter')
  }

  /** @param {Locator} target @param {string} what */
  async tick(target, what) {
    await this.to(target, what)
    await this.press('Space')
  }

  where() {
    return this.page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200) ?? 'nothing')
  }
}
