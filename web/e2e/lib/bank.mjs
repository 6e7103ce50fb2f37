// Starts the real binary with the demo bank in a folder and on ports of its own, and takes it away again.
import { spawn, execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const here = dirname(fileURLToPath(import.meta.url))
const BINARY = resolve(process.env['WEIGUI_BIN'] ?? join(here, '../../../target/debug/weigui'))
/** A debug build makes keys and seeds a bank; on a busy machine that takes its time. */
const READY_MS = 90_000

/**
 * @typedef {{ openid: string, nickname: string, phone: string, following: boolean,
 *   demo: { name: string, id_no: string, card_no: string, pay_password: string, bound: boolean } }} Person
 * @typedef {{ login: string, password: string, totp_secret: string, roles: string[] }} StaffFact
 * @typedef {{ url: string, staff: StaffFact[], person: (name: string) => Promise<Person>,
 *   ask: (path: string, body?: unknown) => Promise<any>, command: (...words: string[]) => Promise<string>, log: () => string, gone: () => string,
 *   stop: () => Promise<void> }} Bank
 */

/** @returns {Promise<Bank>} */
export async function startBank() {
  const folder = await mkdtemp(join(tmpdir(), 'weigui-e2e-'))
  const [port, ops] = await freePorts()
  const env = {
    ...withoutOurs(process.env),
    WEIGUI_DATA_DIR: folder,
    WEIGUI_HTTP__LISTEN: `127.0.0.1:${port}`,
    WEIGUI_HTTP__OPS_LISTEN: `127.0.0.1:${ops}`,
  }
  const url = `http://localhost:${port}`
  const child = spawn(BINARY, ['serve', '--demo'], { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  let gone = ''
  child.stdout.on('data', (part) => (log = (log + part).slice(-20_000)))
  child.stderr.on('data', (part) => (log = (log + part).slice(-20_000)))
  child.on('error', (error) => (gone = `${BINARY}: ${error.message}`))
  child.on('exit', (code, signal) => (gone = `the bank ended with ${signal ?? code}\n${log}`))

  async function stop() {
    if (!gone) {
      const over = new Promise((done) => child.once('exit', done))
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await over
      clearTimeout(timer)
    }
    await rm(folder, { recursive: true, force: true })
  }

  /** An operator's command, while the bank serves. @param {...string} words */
  const command = async (...words) => (await promisify(execFile)(BINARY, words, { env, cwd: folder })).stdout

  /** @param {string} path @param {unknown} [body] */
  async function ask(path, body) {
    const init =
      body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const answer = await fetch(`${url}${path}`, init)
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text.slice(0, 300)}`)
    return text ? JSON.parse(text) : null
  }

  try {
    await ready(() => gone, ask)
    const staff = /** @type {{ staff: StaffFact[] }} */ (JSON.parse(await command('demo-info', '--json'))).staff
    /** @param {string} name */
    const person = async (name) => {
      const { persons } = await ask('/sandbox/phone/persons')
      const found = persons.find((/** @type {Person} */ p) => p.demo.name === name)
      if (!found) throw new Error(`nobody is called ${name}`)
      return found
    }
    return { url, staff, person, ask, command, log: () => log, gone: () => gone, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The bank refuses settings it does not know, and ours (where the binary is) is one. @param {NodeJS.ProcessEnv} env */
function withoutOurs(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('WEIGUI_')))
}

/** @param {() => string} gone @param {(path: string) => Promise<unknown>} ask */
async function ready(gone, ask) {
  const until = Date.now() + READY_MS
  for (;;) {
    if (gone()) throw new Error(gone())
    try {
      await ask('/sandbox/phone/persons')
      return
    } catch (error) {
      if (Date.now() > until) throw new Error(`the bank did not come up in time: ${error}`)
      await new Promise((done) => setTimeout(done, 200))
    }
  }
}

async function freePorts() {
  const servers = await Promise.all([listen(), listen()])
  const ports = servers.map((server) => /** @type {import('node:net').AddressInfo} */ (server.address()).port)
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))))
  return ports
}

/** @returns {Promise<import('node:net').Server>} */
function listen() {
  return new Promise((done, fail) => {
    const server = createServer()
    server.once('error', fail)
    server.listen(0, '127.0.0.1', () => done(server))
  })
}
