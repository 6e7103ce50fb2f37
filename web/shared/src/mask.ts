// Masks for what the customer typed on this page. What comes from the server is already masked there.

/** 李秀兰 → *秀兰: the family name is hidden, as on the confirm pages of Chinese banks. */
export function maskName(name: string): string {
  const letters = Array.from(name.trim())
  return letters.length < 2 ? '*' : `*${letters.slice(1).join('')}`
}

/** 13800000001 → 138****0001 */
export function maskPhone(phone: string): string {
  const digits = phone.replace(/\D/g, '')
  return digits.length === 11 ? `${digits.slice(0, 3)}****${digits.slice(-4)}` : '****'
}

/** 6222021234567891234 → 6222 **** **** 1234 */
export function maskNo(no: string): string {
  const digits = no.replace(/\D/g, '')
  return digits.length < 9 ? '****' : `${digits.slice(0, 4)} **** **** ${digits.slice(-4)}`
}

/** A number without the blanks and hyphens of a reader. Anything else stays, so that a form can say what is wrong. */
export const compact = (no: string): string => no.replace(/[\s-]/g, '')

/** Groups of four while typing, so that long numbers can be compared with the card in hand. */
export function grouped(no: string): string {
  return compact(no).replace(/(.{4})(?=.)/g, '$1 ')
}
