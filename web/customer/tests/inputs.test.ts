import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import AmountInput from '../src/ui/AmountInput.vue'
import OtpInput from '../src/ui/OtpInput.vue'

describe('the code input', () => {
  const show = (props: { secret?: boolean; modelValue?: string } = {}) =>
    mount(OtpInput, { props: { label: '短信验证码', modelValue: '', ...props }, attachTo: document.body })

  it('is one labelled field that the SMS can fill', () => {
    const otp = show()
    const input = otp.get('input')
    expect(otp.get('label').attributes('for')).toBe(input.attributes('id'))
    expect(input.attributes()).toMatchObject({ type: 'text', inputmode: 'numeric', autocomplete: 'one-time-code' })
  })

  it('takes a pasted code with spaces and full-width digits', async () => {
    const otp = show()
    await otp.get('input').setValue('１２3 4-5 6789')
    expect(otp.emitted('update:modelValue')).toEqual([['123456']])
    expect(otp.emitted('complete')).toHaveLength(1)
  })

  it('does not call an unfinished code complete', async () => {
    const otp = show()
    await otp.get('input').setValue('12345')
    expect(otp.emitted('complete')).toBeUndefined()
  })

  it('never draws the digits of a password', async () => {
    const otp = show({ secret: true, modelValue: '2580' })
    expect(otp.get('input').attributes()).toMatchObject({ type: 'password', autocomplete: 'off' })
    expect(otp.get('.boxes').text()).toBe('●●●●')
  })
})

describe('the amount input', () => {
  const show = (modelValue: string, flaw: { code: string; reason: string; remedy: string } | null = null) =>
    mount(AmountInput, { props: { label: '转账金额（元）', modelValue, flaw }, attachTo: document.body })

  it('is a real field for decimal keyboards', () => {
    const input = show('').get('input')
    expect(input.attributes('inputmode')).toBe('decimal')
  })

  it('reads a large amount back in words', () => {
    expect(show('12345.6').get('.reading').text()).toBe('1万2345元6角')
    expect(show('500').find('.reading').exists()).toBe(false)
  })

  it('says at once what can not become right', () => {
    const amount = show('1.005')
    expect(amount.get('.flaw').text()).toContain('小数点后多于两位')
    expect(amount.get('input').attributes('aria-invalid')).toBe('true')
  })

  it('does not scold an empty or begun amount', () => {
    expect(show('').find('.flaw').exists()).toBe(false)
    expect(show('.').find('.flaw').exists()).toBe(false)
    expect(show('0').find('.flaw').exists()).toBe(false)
  })

  it('shows the reason and the remedy it is given', () => {
    const text = show('99', { code: 'x', reason: '超过了可用余额', remedy: '最多可转 50.00 元' }).get('.flaw').text()
    expect(text).toBe('超过了可用余额。最多可转 50.00 元。')
  })

  it('strips what people paste and goes on with Enter', async () => {
    const amount = show('')
    await amount.get('input').setValue('¥1,234.50')
    expect(amount.emitted('update:modelValue')).toEqual([['1234.50']])
    await amount.get('input').trigger('keydown', { key: 'Enter' })
    expect(amount.emitted('enter')).toHaveLength(1)
  })
})
