// What the phone prints: codes found in text messages, links inside a text, times above the bubbles.
import { describe, expect, it } from 'vitest'
import type { ChatItem } from '../src/sandbox'
import { chatTime, clock, codeOf, grouped, needsTime, pieces } from '../src/text'

describe('the code of a text message', () => {
  it('is the number after the word, not the amount', () => {
    expect(codeOf('【微柜银行】验证码 402918，您正在向*明转账500.00元，5分钟内有效。')).toBe('402918')
  })
  it('is found before the word too, past amounts and card tails', () => {
    expect(codeOf('您向尾号**1234转账5000.00元，402918（验证码）。')).toBe('402918')
  })
  it('is absent where nothing is to be typed', () => {
    expect(codeOf('您尾号1234的卡已挂失，回执 20261123。')).toBeNull()
  })
})

describe('a text with links', () => {
  const bind = { text: '绑定银行卡', url: '/h5/bind' }
  it('carries each link where its words stand', () => {
    expect(pieces('请先绑定银行卡。', [bind])).toEqual([
      { text: '请先' },
      { text: '绑定银行卡', url: '/h5/bind' },
      { text: '。' },
    ])
  })
  it('keeps a link whose words are not in the text', () => {
    expect(pieces('欢迎', [bind])).toEqual([{ text: '欢迎' }, { text: '绑定银行卡', url: '/h5/bind' }])
  })
  it('takes two equal words in turn', () => {
    const out = pieces('查看 查看', [
      { text: '查看', url: '/a' },
      { text: '查看', url: '/b' },
    ])
    expect(out.map((p) => p.url)).toEqual(['/a', undefined, '/b'])
  })
})

describe('times in the chat', () => {
  // 10:05 in Beijing on a Monday.
  const now = Date.UTC(2026, 10, 23, 2, 5)
  it('are short today and say the day before', () => {
    expect(chatTime(now - 60_000, now)).toBe('10:04')
    expect(chatTime(now - 86_400_000, now)).toBe('昨天 10:05')
    expect(chatTime(now - 40 * 86_400_000, now)).toBe('2026年10月14日 10:05')
  })
  it('are those of the bank: its midnight, its days of the week', () => {
    expect(clock(Date.UTC(2026, 10, 22, 16, 1))).toBe('00:01')
    expect(chatTime(Date.UTC(2026, 10, 22, 16, 1), now)).toBe('00:01')
    expect(chatTime(Date.UTC(2026, 10, 22, 15, 59), now)).toBe('昨天 23:59')
    expect(chatTime(Date.UTC(2026, 10, 21, 15, 59), now)).toBe('星期六 23:59')
    expect(chatTime(Date.UTC(2026, 10, 17, 15, 59), now)).toBe('星期二 23:59')
    expect(chatTime(Date.UTC(2026, 10, 16, 15, 59), now)).toBe('2026年11月16日 23:59')
  })
  it('stand above the first item and after a gap', () => {
    const at = (ms: number) => ({ at: ms }) as ChatItem
    const items = [at(0), at(60_000), at(600_000)]
    expect(items.map((_, n) => needsTime(items, n))).toEqual([true, false, true])
  })
})

it('prints a card in groups of four', () => {
  expect(grouped('6222021000000000010')).toBe('6222 0210 0000 0000 010')
})
