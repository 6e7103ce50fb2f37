// The code of an authenticator app (RFC 6238: SHA-1, six digits, 30 s). The bank takes each time step once, so a second
// login of the same person within a step uses the next one, which the bank's tolerance for slow clocks allows.
import { createHmac } from 'node:crypto'

const STEP_MS = 30_000
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** @param {string} text */
function base32(text) {
  let bits = 0
  let held = 0
  /** @type {number[]} */
  const bytes = []
  for (const letter of text.replace(/=+$/, '').toUpperCase()) {
    const value = ALPHABET.indexOf(letter)
    if (value < 0) throw new Error(`not base32: ${letter}`)
    held = (held << 5) | value
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes.push((held >> bits) & 255)
    }
  }
  return Buffer.from(bytes)
}

/** @param {string} secret @param {number} step */
export function totpAt(secret, step) {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', base32(secret)).update(counter).digest()
  const offset = mac.readUInt8(mac.length - 1) & 15
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

/** @type {Map<string, number>} */
const used = new Map()

/** @param {string} secret */
export async function freshCode(secret) {
  const now = () => Math.floor(Date.now() / STEP_MS)
  const step = Math.max(now(), (used.get(secret) ?? 0) + 1)
  while (step > now() + 1) await new Promise((done) => setTimeout(done, 500))
  used.set(secret, step)
  return totpAt(secret, step)
}
