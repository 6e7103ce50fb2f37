// wechat-crypto: signature and decryption; encryption and signature. It reads and writes no XML, so the ciphertext
// and the reply are handed to it ready.
//
// usage: node bench.mjs POOL COUNT TOKEN AES_KEY APPID
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

// The library was written for an older Node and is warned about on every call otherwise.
process.noDeprecation = true
const require = createRequire(join(process.cwd(), 'index.js'))
const Crypto = require('wechat-crypto')
const [file, counted, token, key, appid] = process.argv.slice(2)
const pool = JSON.parse(readFileSync(file, 'utf8'))
const count = Number(counted)
const crypto = new Crypto(token, key, appid)

const opened = (m) => {
  if (crypto.getSignature(m.timestamp, m.nonce, m.encrypted) !== m.signature) throw new Error('signature')
  const { message, id } = crypto.decrypt(m.encrypted)
  if (id !== appid) throw new Error('appid')
  return message
}
const text = '您的储蓄卡（尾号1234）可用余额 12,345.67 元，更新于 10:00。回复“明细”看最近五笔。'
const reply = `<xml><ToUserName><![CDATA[oBench0000000000000000000000]]></ToUserName><FromUserName><![CDATA[gh_0123456789ab]]></FromUserName><CreateTime>1767196800</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${text}]]></Content></xml>`
const sealed = (m) => crypto.getSignature(m.timestamp, m.nonce, crypto.encrypt(reply))

const measured = (work) => {
  for (const m of pool) work(m)
  const before = process.cpuUsage()
  const wall = process.hrtime.bigint()
  for (let n = 0; n < count; n += 1) work(pool[n % pool.length])
  const { user, system } = process.cpuUsage(before)
  return { count, cpu_ns: (user + system) * 1000, wall_ns: Number(process.hrtime.bigint() - wall) }
}

if (!opened(pool[0]).includes('请问')) throw new Error('content')
console.log(JSON.stringify({ open: measured(opened), seal: measured(sealed) }))
