// Due times in words, and codes that have none.
import { expect, it } from 'vitest'
import { amountText, caseKindText, caseStateSaid, differenceText, dueText } from '../src/words-cases'

it('says how long is left, and how long it has been', () => {
  const now = 1_000_000_000
  expect(dueText(now + 90 * 60_000, now)).toBe('还有 1 小时')
  expect(dueText(now + 15 * 86_400_000, now)).toBe('还有 15 天')
  expect(dueText(now - 5 * 60_000, now)).toBe('超时 5 分钟')
})

it('shows an amount that is there, nought included, and a dash for none', () => {
  expect(amountText(0)).toBe('0.00')
  expect(amountText(123_456)).toBe('1,234.56')
  expect(amountText(null)).toBe('—')
  expect(amountText(undefined)).toBe('—')
})

it('shows a code that it does not know as it is', () => {
  expect(caseKindText('dispute')).toBe('交易申诉')
  expect(caseKindText('something_new')).toBe('something_new')
  expect(caseStateSaid('something_new')).toEqual({ text: 'something_new', tone: 'plain' })
  expect(differenceText('missing_there')).toBe('对方缺这一笔')
  expect(differenceText('reference')).toBe('流水号不符')
})
