import { RouterLinkStub, flushPromises, mount } from '@vue/test-utils'
import { ApiProblem, type ChallengeView } from '@weigui/shared'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import StepUpSheet, { type ProofInput } from '../src/ui/StepUpSheet.vue'

const NOW = Date.UTC(2026, 10, 23, 4)
const CHALLENGE: ChallengeView = {
  id: 'c1',
  act: 'transfer',
  factors: ['password', 'sms'],
  phone_masked: '138****0001',
  expires_at: NOW + 300_000,
  resend_at: NOW + 60_000,
  summary: '向*建国转账500.00元',
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  document.body.innerHTML = ''
})

async function show(send: (proof: ProofInput) => Promise<void>, challenge = CHALLENGE) {
  const sheet = mount(StepUpSheet, {
    props: { open: true, title: '验证身份', challenge, send },
    attachTo: document.body,
    global: { stubs: { RouterLink: RouterLinkStub } },
  })
  await flushPromises()
  return sheet
}

async function fill(sheet: Awaited<ReturnType<typeof show>>, password: string, sms: string) {
  const [first, second] = sheet.findAll('input')
  await first?.setValue(password)
  await second?.setValue(sms)
  await sheet.get('form').trigger('submit')
  await flushPromises()
}

const refuse = (status: number, code: string, words: string) => () =>
  Promise.reject(new ApiProblem(status, code, words, { code }))

describe('the step-up sheet', () => {
  it('shows what is signed and sends both factors', async () => {
    const send = vi.fn().mockResolvedValue(undefined)
    const sheet = await show(send)
    expect(sheet.text()).toContain('向*建国转账500.00元')
    await fill(sheet, '258036', '123456')
    expect(send).toHaveBeenCalledExactlyOnceWith({ password: '258036', sms_code: '123456' })
    expect(sheet.findAll('input').map((input) => input.element.value)).toEqual(['', ''])
  })

  it('does not send half a proof, and says what is missing', async () => {
    const send = vi.fn()
    const sheet = await show(send)
    await fill(sheet, '258036', '12')
    expect(send).not.toHaveBeenCalled()
    expect(sheet.get('[role=alert]').text()).toContain('6 位短信验证码')
  })

  it('says in words of the bank how many attempts are left, and wipes what was typed', async () => {
    const sheet = await show(refuse(422, 'challenge.wrong', '密码或验证码不正确，还可以再试3次。'))
    await fill(sheet, '000000', '111111')
    expect(sheet.get('[role=alert]').text()).toBe('密码或验证码不正确，还可以再试3次。')
    expect(sheet.findAll('input').map((input) => input.element.value)).toEqual(['', ''])
  })

  it('ends when the bank locks it', async () => {
    const sheet = await show(refuse(423, 'challenge.locked', '错误次数过多，本次操作已取消。'))
    await fill(sheet, '000000', '111111')
    expect(sheet.find('button[type=submit]').exists()).toBe(false)
    expect(sheet.get('[role=alert]').text()).toBe('错误次数过多，本次操作已取消。')
  })

  it('keeps what was typed when no answer came, so that the same can be sent again', async () => {
    const sheet = await show(refuse(0, 'net.timeout', '没有回音'))
    await fill(sheet, '258036', '123456')
    expect(sheet.findAll('input').map((input) => input.element.value)).toEqual(['258036', '123456'])
  })

  it('lets the code be sent again only when its time has come', async () => {
    const resent = { ...CHALLENGE, resend_at: NOW + 121_000 }
    const fetched = vi.fn(
      async () => new Response(JSON.stringify(resent), { headers: { 'content-type': 'application/json' } }),
    )
    vi.stubGlobal('fetch', fetched)
    const sheet = await show(vi.fn())
    const again = () => sheet.get<HTMLButtonElement>('.sent button')
    expect([again().text(), again().element.disabled]).toEqual(['60 秒后可重发', true])
    await vi.advanceTimersByTimeAsync(60_000)
    expect([again().text(), again().element.disabled]).toEqual(['重新发送', false])
    await again().trigger('click')
    await vi.advanceTimersByTimeAsync(10)
    expect(fetched).toHaveBeenCalledOnce()
    expect(again().element.disabled).toBe(true)
    expect(sheet.get('[role=status]').text()).toBe('验证码已重新发送')
  })

  it('says when the code is too old', async () => {
    const sheet = await show(vi.fn())
    await vi.advanceTimersByTimeAsync(300_000)
    expect(sheet.get('[role=alert]').text()).toContain('已经过期')
    expect(sheet.find('button[type=submit]').exists()).toBe(false)
  })

  it('asks only for the factors the bank named', async () => {
    const send = vi.fn().mockResolvedValue(undefined)
    const sheet = await show(send, { ...CHALLENGE, factors: ['sms'] })
    expect(sheet.findAll('input')).toHaveLength(1)
    await sheet.get('input').setValue('123456')
    await sheet.get('form').trigger('submit')
    await flushPromises()
    expect(send).toHaveBeenCalledExactlyOnceWith({ password: null, sms_code: '123456' })
  })
})
