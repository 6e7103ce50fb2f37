// Times as the bank's customers read them: Asia/Shanghai, which is UTC+8 all year since 1991, whatever the phone is set to.

const SHANGHAI_MS = 8 * 3_600_000
const DAY_MS = 86_400_000
const WEEKDAYS = '日一二三四五六'

function parts(ms: number) {
  const local = new Date(ms + SHANGHAI_MS)
  const two = (value: number) => String(value).padStart(2, '0')
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    weekday: WEEKDAYS.charAt(local.getUTCDay()),
    date: `${local.getUTCFullYear()}-${two(local.getUTCMonth() + 1)}-${two(local.getUTCDate())}`,
    minute: `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}`,
    second: two(local.getUTCSeconds()),
  }
}

/** "2026-11-23" */
export const dateOf = (ms: number): string => parts(ms).date

/** "10:05" */
export const timeText = (ms: number): string => parts(ms).minute

/** "2026-11-23 10:05:00" */
export function dateTimeText(ms: number): string {
  const at = parts(ms)
  return `${at.date} ${at.minute}:${at.second}`
}

/** The shortest form that is still clear: "10:05" today, "昨天 10:05", "11月3日 10:05", else with the year. */
export function whenText(ms: number, now: number): string {
  const [at, today] = [parts(ms), parts(now)]
  if (at.date === today.date) return at.minute
  if (at.date === dateOf(now - DAY_MS)) return `昨天 ${at.minute}`
  const year = at.year === today.year ? '' : `${at.year}年`
  return `${year}${at.month}月${at.day}日 ${at.minute}`
}

/** The heading of a day in a list: "今天 11月23日 周一" */
export function dayText(date: string, now: number): string {
  const at = parts(Date.parse(`${date}T00:00:00+08:00`))
  const today = parts(now)
  const near = date === today.date ? '今天 ' : date === dateOf(now - DAY_MS) ? '昨天 ' : ''
  const year = at.year === today.year ? '' : `${at.year}年`
  return `${near}${year}${at.month}月${at.day}日 周${at.weekday}`
}

/** The date `days` before `date`. */
export function daysBefore(date: string, days: number): string {
  return dateOf(Date.parse(`${date}T00:00:00+08:00`) - days * DAY_MS)
}

export const firstOfMonth = (date: string): string => `${date.slice(0, 8)}01`

/** Whole seconds until `at`, never negative: for countdowns. */
export const secondsUntil = (at: number, now: number): number => Math.max(0, Math.ceil((at - now) / 1000))

/** 75 → "1分15秒" */
export function spanText(seconds: number): string {
  if (seconds < 60) return `${seconds}秒`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes}分钟` : `${minutes}分${seconds % 60}秒`
  const hours = Math.floor(minutes / 60)
  return minutes % 60 === 0 ? `${hours}小时` : `${hours}小时${minutes % 60}分`
}
