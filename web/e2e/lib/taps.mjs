// Counts taps: whoever uses the pages through this hand cannot cheat.
/** @typedef {import('playwright-core').Locator} Locator */

export class Finger {
  taps = 0

  /** @param {Locator} target */
  async tap(target) {
    this.taps += 1
    await target.first().click()
  }
}
