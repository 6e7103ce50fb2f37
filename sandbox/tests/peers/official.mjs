// co-wechat-api plays the bank against the simulated platform, unmodified but for the addresses. Each step must go as
// against WeChat itself; the first surprise ends the script.
//
// usage (in the folder with its node_modules): node official.mjs BASE APPID SECRET OPENID TEMPLATE
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const require = createRequire(join(process.cwd(), 'index.js'))
const API = require('co-wechat-api')
const [base, appid, secret, ann, template] = process.argv.slice(2)
const hosts = ['https://api.weixin.qq.com', 'https://mp.weixin.qq.com', 'http://file.api.weixin.qq.com']

class Bank extends API {
  request(url, options, retry) {
    const host = hosts.find((known) => url.startsWith(known))
    return super.request(host ? base + '/wechat' + url.slice(host.length) : url, options, retry)
  }
}

const passed = (name) => console.log('PASS ' + name)
const post = async (path, body = {}) => {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body) })
  assert.equal(answer.status, 200, path)
  return answer.json()
}
const calls = async () => (await fetch(base + '/platform/calls')).json()
const refused = (code, promise) =>
  assert.rejects(promise, (error) => {
    assert.equal(error.code, code, error.message)
    assert.match(error.message, / rid: [0-9a-f]{8}-/)
    return true
  })

async function messages(api) {
  await refused(45015, api.sendText(ann, '窗口还没开'))
  await post(`/phone/${ann}/text`, { content: '在吗' })
  // The window opens when the platform has taken the text, which the chat shows.
  await fetch(`${base}/phone/${ann}/chat?after=0&wait_ms=5000`)
  for (let sent = 0; sent < 5; sent += 1) await api.sendText(ann, '您好😀')
  await refused(45047, api.sendText(ann, '第六条'))
  const data = {
    character_string1: { value: '1234' },
    phrase2: { value: '挂失成功' },
    character_string3: { value: 'L1' },
    time4: { value: '2026-01-01 08:00' },
  }
  const sent = await api.sendTemplate(ann, template, 'https://bank.example/', '#FF0000', data)
  assert.ok(BigInt(sent.msgid.toString()) > 2n ** 53n)
  await refused(47003, api.sendTemplate(ann, template, '', '', { ...data, phrase2: { value: 'ok' } }))
  passed('customer and template messages')
}

async function people(api) {
  assert.equal((await api.getUser(ann)).subscribe, 1)
  assert.ok((await api.getFollowers()).data.openid.includes(ann))
  assert.equal((await api.batchGetUsers([ann])).user_info_list[0].openid, ann)
  await api.updateRemark(ann, '老客户')
  const { tag } = await api.createTags('贵宾')
  await refused(45157, api.createTags('贵宾'))
  await api.batchTagging([ann], tag.id)
  assert.deepEqual((await api.getIdList(ann)).tagid_list, [tag.id])
  assert.deepEqual((await api.getUsersFromTag(tag.id)).data.openid, [ann])
  passed('users and tags')
  return tag.id
}

async function menus(api, tag) {
  const button = { type: 'click', name: '余额', key: 'BALANCE' }
  await api.createMenu({ button: [button] })
  const rule = { button: [{ ...button, key: 'VIP' }], matchrule: { tag_id: String(tag) } }
  const { menuid } = await api.addConditionalMenu(rule)
  assert.equal((await api.tryConditionalMenu(ann)).button[0].key, 'VIP')
  await api.delConditionalMenu(menuid)
  assert.equal((await api.getMenu()).menu.button[0].key, 'BALANCE')
  assert.equal((await api.getMenuConfig()).is_menu_open, 1)
  passed('menus')
}

async function files(api) {
  const folder = mkdtempSync(join(tmpdir(), 'peers-'))
  try {
    const file = join(folder, 'a.jpg')
    const bytes = Buffer.from([0xff, 0xd8, 13, 10, 0, 0xff, 0xd9])
    writeFileSync(file, bytes)
    const up = await api.uploadMedia(file, 'image')
    assert.deepEqual(await api.getMedia(up.media_id), bytes)
    const kept = await api.uploadMaterial(file, 'image')
    assert.deepEqual(await api.getMaterial(kept.media_id), bytes)
    assert.equal((await api.getMaterialCount()).image_count, 1)
    assert.equal((await api.getMaterials('image', 0, 20)).item[0].media_id, kept.media_id)
    await api.removeMaterial(kept.media_id)
    await refused(40007, api.removeMaterial(kept.media_id))
  } finally {
    rmSync(folder, { recursive: true })
  }
  passed('media and material')
}

async function rest(api, tag) {
  const code = await api.createTmpQRCode(7, 600)
  assert.equal(code.expire_seconds, 600)
  await post(`/phone/${ann}/scan`, { ticket: code.ticket })
  const config = await api.getJsConfig({ debug: false, jsApiList: ['scanQRCode'], url: 'https://bank.example/h5/' })
  const { ticket } = await api.ensureTicket('jsapi')
  const whole = `jsapi_ticket=${ticket}&noncestr=${config.nonceStr}&timestamp=${config.timestamp}&url=https://bank.example/h5/`
  assert.equal(config.signature, createHash('sha1').update(whole).digest('hex'))
  await api.addKfAccount('anna@bank', '安娜')
  await api.createKfSession('anna@bank', ann)
  assert.equal((await api.getCustomServiceList()).kf_list[0].kf_nick, '安娜')
  await api.deleteKfAccount('anna@bank')
  const sent = await api.massSendText('活动公告', String(tag), 'NEWS-1')
  assert.equal((await api.getMassMessageStatus(sent.msg_id)).msg_status, 'SEND_SUCCESS')
  await refused(45065, api.massSendText('活动公告', String(tag), 'NEWS-1'))
  assert.deepEqual((await api.getIp()).ip_list, ['127.0.0.1'])
  passed('codes, pages, customer service, mass messages')
}

async function expiry(api) {
  for (const [switched, column] of [['expire_token', 'refused_42001'], ['void_token', 'refused_40001']]) {
    const before = await calls()
    await post('/faults', { wechat: { [switched]: true } })
    assert.equal((await api.getUser(ann)).openid, ann)
    const after = await calls()
    assert.equal(after.tokens_issued, before.tokens_issued + 1)
    assert.equal(after[column], before[column] + 1)
  }
  passed('expiry: refreshed and tried again')
}

const api = new Bank(appid, secret)
await messages(api)
const tag = await people(api)
await menus(api, tag)
await files(api)
await rest(api, tag)
await expiry(api)
console.log('DONE')
