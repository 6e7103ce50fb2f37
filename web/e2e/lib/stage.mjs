// The bank and the browser of one test file, put up before its tests and taken down after them, whatever happens.
import { after, before } from 'node:test'
import { startBank } from './bank.mjs'
import { openBrowser } from './browser.mjs'

export function stage() {
  /** @type {{ bank?: import('./bank.mjs').Bank, browser?: import('playwright-core').Browser }} */
  const up = {}
  before(async () => {
    up.browser = await openBrowser()
    up.bank = await startBank()
  })
  after(async () => {
    await up.browser?.close()
    const gone = up.bank?.gone()
    await up.bank?.stop()
    if (gone) throw new Error(gone)
  })
  return {
    get bank() {
      if (!up.bank) throw new Error('the bank is not up')
      return up.bank
    },
    get browser() {
      if (!up.browser) throw new Error('the browser is not up')
      return up.browser
    },
  }
}
