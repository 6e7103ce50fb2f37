import { describe, expect, it } from 'vitest'
import { capitalAmount, fenText, parseYuan, unitHint, yuanText } from '../src'

describe('fen to text', () => {
  it.each([
    [0, '0.00', '0.00'],
    [5, '0.05', '0.05'],
    [-5, '-0.05', '-0.05'],
    [99, '0.99', '0.99'],
    [100_000, '1,000.00', '1000.00'],
    [123_456_789, '1,234,567.89', '1234567.89'],
    [-10_000_000, '-100,000.00', '-100000.00'],
    [9_007_199_254_740_991, '90,071,992,547,409.91', '90071992547409.91'],
  ])('%d', (fen, shown, plain) => {
    expect(fenText(fen)).toBe(shown)
    expect(yuanText(fen)).toBe(plain)
  })

  it('refuses what is not a whole number of fen', () => {
    expect(() => fenText(0.1)).toThrow(RangeError)
    expect(() => fenText(2 ** 53)).toThrow(RangeError)
  })
})

describe('typed amount to fen', () => {
  it.each([
    ['500', 50_000],
    ['500.', 50_000],
    ['.5', 50],
    ['0.29', 29],
    ['1.15', 115],
    ['4.35', 435],
    ['1,234.5', 123_450],
    ['¥ 1 000', 100_000],
    ['５００．２５', 50_025],
    ['007', 700],
    ['90071992547409.91', 9_007_199_254_740_991],
  ])('%s', (text, fen) => expect(parseYuan(text)).toEqual({ ok: true, fen }))

  it.each([
    ['', 'amount.empty'],
    ['0', 'amount.zero'],
    ['0.00', 'amount.zero'],
    ['.', 'amount.not_number'],
    ['1.2.3', 'amount.not_number'],
    ['1e5', 'amount.not_number'],
    ['-5', 'amount.not_number'],
    ['1.005', 'amount.decimals'],
    ['90071992547409.92', 'amount.too_large'],
  ])('%s is refused', (text, code) => {
    const parsed = parseYuan(text)
    expect(parsed).toMatchObject({ ok: false, code })
    if (!parsed.ok) expect(parsed.remedy).not.toBe('')
  })

  it('goes there and back for every fen of a range', () => {
    for (let fen = 1; fen < 20_000; fen += 7) expect(parseYuan(yuanText(fen))).toEqual({ ok: true, fen })
  })
})

describe('unit hint', () => {
  it.each([
    [99_999, ''],
    [100_000, '1千元'],
    [123_400, '1234元'],
    [500_000, '5千元'],
    [1_000_000, '1万元'],
    [1_234_500, '1万2345元'],
    [1_004_500, '1万零45元'],
    [1_200_000, '1万2千元'],
    [12_345_678, '12万3456元7角8分'],
    [1_000_005, '1万元零5分'],
    [10_000_000_000, '1亿元'],
    [10_050_000_000, '1亿零50万元'],
  ])('%d', (fen, text) => expect(unitHint(fen)).toBe(text))
})

describe('capital amount', () => {
  it.each([
    [50_000, '人民币伍佰元整'],
    [1, '人民币壹分'],
    [10, '人民币壹角整'],
    [105, '人民币壹元零伍分'],
    [100_010, '人民币壹仟元壹角整'],
    [123_456, '人民币壹仟贰佰叁拾肆元伍角陆分'],
    [1_000_100, '人民币壹万零壹元整'],
    [100_500_000, '人民币壹佰万伍仟元整'],
    [10_000_000_000, '人民币壹亿元整'],
    [10_000_000_100, '人民币壹亿零壹元整'],
    [1_010_100, '人民币壹万零壹佰零壹元整'],
  ])('%d', (fen, text) => expect(capitalAmount(fen)).toBe(text))
})
