import { describe, expect, it } from 'vitest'
import {
  dateOf,
  dateTimeText,
  dayText,
  daysBefore,
  firstOfMonth,
  grouped,
  maskName,
  maskNo,
  maskPhone,
  secondsUntil,
  spanText,
  whenText,
} from '../src'

const NOON = Date.UTC(2026, 10, 23, 4, 0, 5)

describe('dates in Shanghai', () => {
  it('changes the day at 16:00 UTC', () => {
    expect(dateOf(Date.UTC(2026, 10, 22, 15, 59, 59, 999))).toBe('2026-11-22')
    expect(dateOf(Date.UTC(2026, 10, 22, 16))).toBe('2026-11-23')
    expect(dateTimeText(NOON)).toBe('2026-11-23 12:00:05')
  })

  it('says when in the shortest clear form', () => {
    expect(whenText(NOON - 60_000, NOON)).toBe('11:59')
    expect(whenText(NOON - 86_400_000, NOON)).toBe('昨天 12:00')
    expect(whenText(NOON - 3 * 86_400_000, NOON)).toBe('11月20日 12:00')
    expect(whenText(NOON - 400 * 86_400_000, NOON)).toBe('2025年10月19日 12:00')
    expect(dayText('2026-11-23', NOON)).toBe('今天 11月23日 周一')
    expect(dayText('2026-11-22', NOON)).toBe('昨天 11月22日 周日')
    expect(dayText('2025-12-31', NOON)).toBe('2025年12月31日 周三')
  })

  it('counts days and seconds', () => {
    expect(daysBefore('2026-03-01', 1)).toBe('2026-02-28')
    expect(firstOfMonth('2026-03-31')).toBe('2026-03-01')
    expect(secondsUntil(NOON, NOON - 1)).toBe(1)
    expect(secondsUntil(NOON, NOON + 5000)).toBe(0)
    expect([spanText(59), spanText(60), spanText(75), spanText(3600), spanText(5400)]).toEqual([
      '59秒',
      '1分钟',
      '1分15秒',
      '1小时',
      '1小时30分',
    ])
  })
})

describe('masks', () => {
  it('hide what they should', () => {
    expect(maskName('李秀兰')).toBe('*秀兰')
    expect(maskName('张伟')).toBe('*伟')
    expect(maskName('')).toBe('*')
    expect(maskPhone('13800000001')).toBe('138****0001')
    expect(maskNo('6222021234567891234')).toBe('6222 **** **** 1234')
    expect(maskNo('12345678')).toBe('****')
    expect(grouped('6222021234567')).toBe('6222 0212 3456 7')
    expect(grouped('62220212')).toBe('6222 0212')
    expect(grouped('6222-0212 34x')).toBe('6222 0212 34x')
  })
})
