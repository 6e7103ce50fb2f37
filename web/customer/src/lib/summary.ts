// Months and shares of 收支分析. Money stays whole fen; a share is a whole number of percent, worked out in integers.

/** "2026-11" → "2026年11月" */
export const monthText = (month: string): string => `${month.slice(0, 4)}年${Number.parseInt(month.slice(5), 10)}月`

/** The month `by` months later (earlier when negative). */
export function monthBy(month: string, by: number): string {
  const count = Number.parseInt(month.slice(0, 4), 10) * 12 + Number.parseInt(month.slice(5), 10) - 1 + by
  return `${String(Math.floor(count / 12)).padStart(4, '0')}-${String((count % 12) + 1).padStart(2, '0')}`
}

/** How much of the whole a part is, in percent; a part that is there is never shown as nothing. */
export function shareOf(part: number, whole: number): number {
  if (whole <= 0 || part <= 0) return 0
  const percent = Number((BigInt(part) * 100n + BigInt(whole) / 2n) / BigInt(whole))
  return Math.max(1, percent)
}
