import { describe, expect, it } from 'vitest'
import {
  checkCardNo,
  checkIdNo,
  checkMemo,
  checkName,
  checkNewPayPassword,
  checkPayeeNo,
  checkPhone,
  checkSmsCode,
  flawText,
  luhnValid,
} from '../src'

const TODAY = '2026-11-23'

describe('id number by GB 11643', () => {
  // The first is the standard's own worked example.
  it.each(['11010519491231002X', '11010519491231002x', '110105 1949 1231 002X'])('%s is good', (id) => {
    expect(checkIdNo(id, TODAY)).toBeNull()
  })

  it.each([
    ['', 'id_no.empty'],
    ['1101051949123100', 'id_no.shape'],
    ['11010519491231X021', 'id_no.shape'],
    ['110105194912310021', 'id_no.checksum'],
    ['110105194902310021', 'id_no.birth'],
    ['110105209912310021', 'id_no.birth'],
    ['110105189912310021', 'id_no.birth'],
  ])('%s is refused', (id, code) => expect(checkIdNo(id, TODAY)?.code).toBe(code))

  it('notices every single wrong digit', () => {
    const good = '11010519491231002X'
    for (let place = 0; place < 17; place += 1) {
      for (let step = 1; step < 10; step += 1) {
        const digit = (Number.parseInt(good.charAt(place), 10) + step) % 10
        expect(checkIdNo(`${good.slice(0, place)}${digit}${good.slice(place + 1)}`, TODAY)).not.toBeNull()
      }
    }
  })
})

describe('card number by Luhn', () => {
  it('takes good ones, with spaces', () => {
    expect(luhnValid('79927398713')).toBe(true)
    expect(checkCardNo('4539 1488 0343 6467')).toBeNull()
  })

  it.each([
    ['', 'card_no.empty'],
    ['4539 1488 0343 646A', 'card_no.characters'],
    ['45391488', 'card_no.length'],
    ['4539148803436468', 'card_no.checksum'],
  ])('%s is refused', (card, code) => expect(checkCardNo(card)?.code).toBe(code))
})

describe('the other fields', () => {
  it.each([
    ['13800000001', null],
    ['138 0000 0001', null],
    ['1380000000', 'phone.length'],
    ['23800000001', 'phone.prefix'],
    ['12800000001', 'phone.prefix'],
    ['', 'phone.empty'],
  ])('phone %s', (phone, code) => expect(checkPhone(phone)?.code ?? null).toBe(code))

  it.each([
    ['李秀兰', null],
    ['阿卜杜拉·买买提', null],
    ['John Smith', null],
    ['李', 'name.short'],
    ['李4', 'name.digits'],
    ['李<b>', 'name.characters'],
    ['  ', 'name.empty'],
  ])('name %s', (name, code) => expect(checkName(name)?.code ?? null).toBe(code))

  it('payee number, memo, codes', () => {
    expect(checkPayeeNo('6222 0212 3456 7890')).toBeNull()
    expect(checkPayeeNo('123')?.code).toBe('to_no.length')
    expect(flawText({ reason: '超过限额。', remedy: '请减少金额' })).toBe('超过限额。请减少金额。')
    expect(checkMemo('生日快乐')).toBeNull()
    expect(checkMemo('字'.repeat(51))?.code).toBe('memo.long')
    expect(checkMemo('a\u0000b')?.code).toBe('memo.characters')
    expect(checkSmsCode('12345')).not.toBeNull()
    expect(checkSmsCode('123456')).toBeNull()
  })

  it.each(['111111', '123456', '654321', '121212', '123123', '345678'])('%s is weak', (password) => {
    expect(checkNewPayPassword(password)?.code).toBe('password.weak')
  })

  it.each(['258036', '147025', '112233'])('%s is accepted here', (password) => {
    expect(checkNewPayPassword(password)).toBeNull()
  })
})
