// The code maker against the published vectors of RFC 6238 (appendix B, SHA-1, cut to six digits).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { totpAt } from '../lib/totp.mjs'

const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

test('codes of RFC 6238', () => {
  for (const [seconds, code] of /** @type {const} */ ([
    [59, '287082'],
    [1111111109, '081804'],
    [1234567890, '005924'],
    [20000000000, '353130'],
  ])) {
    assert.equal(totpAt(SECRET, Math.floor(seconds / 30)), code)
  }
})
