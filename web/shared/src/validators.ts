// The form rules that browser and server share. Each says what is wrong and what to do; null means good.

import { compact } from './mask'

export interface Flaw {
  code: string
  reason: string
  remedy: string
}

/** One sentence for a person, whether or not its parts end with a full stop. */
export function flawText(flaw: Pick<Flaw, 'reason' | 'remedy'>): string {
  return (
    [flaw.reason, flaw.remedy]
      .map((part) => part.replace(/。$/, ''))
      .filter(Boolean)
      .join('。') + '。'
  )
}

const flaw = (code: string, reason: string, remedy: string): Flaw => ({ code, reason, remedy })

export function checkName(input: string): Flaw | null {
  const name = input.trim()
  if (name === '') return flaw('name.empty', '还没有填姓名', '请按身份证上的写法填写')
  if (/\d/.test(name)) return flaw('name.digits', '姓名里有数字', '请按身份证上的写法填写')
  if (!/^[\p{Script=Han}A-Za-z·•. ]+$/u.test(name)) {
    return flaw('name.characters', '姓名里有不能识别的字符', '请只填汉字、字母和间隔号“·”')
  }
  const length = Array.from(name).length
  if (length < 2) return flaw('name.short', '姓名太短', '请填写完整的姓名')
  if (length > 40) return flaw('name.long', '姓名太长', '请按身份证上的写法填写')
  return null
}

const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const ID_CHECKS = '10X98765432'

/** GB 11643-1999: six digits of place, birth date, three of order, and a check character by ISO 7064 MOD 11-2. */
export function checkIdNo(input: string, today: string): Flaw | null {
  const id = input.replace(/\s/g, '').toUpperCase()
  if (id === '') return flaw('id_no.empty', '还没有填身份证号', '请填写身份证上的 18 位号码')
  if (!/^\d{17}[\dX]$/.test(id)) {
    const reason = id.length === 18 ? '身份证号里有不能识别的字符' : `身份证号应为 18 位，现在是 ${id.length} 位`
    return flaw('id_no.shape', reason, '请对照身份证重新填写，末位可以是 X')
  }
  const birth = `${id.slice(6, 10)}-${id.slice(10, 12)}-${id.slice(12, 14)}`
  if (!isDate(birth) || birth < '1900-01-01' || birth > today) {
    return flaw('id_no.birth', '身份证号里的出生日期不对', '请检查第 7 到 14 位')
  }
  const sum = ID_WEIGHTS.reduce((total, weight, index) => total + weight * Number.parseInt(id.charAt(index), 10), 0)
  if (ID_CHECKS.charAt(sum % 11) !== id.charAt(17)) {
    return flaw('id_no.checksum', '身份证号填错了', '有一位或几位数字不对，请对照身份证逐位检查')
  }
  return null
}

export function luhnValid(digits: string): boolean {
  const sum = Array.from(digits)
    .reverse()
    .reduce((total, character, index) => {
      const value = Number.parseInt(character, 10) * (index % 2 === 0 ? 1 : 2)
      return total + (value > 9 ? value - 9 : value)
    }, 0)
  return /^\d+$/.test(digits) && sum % 10 === 0
}

export function checkCardNo(input: string): Flaw | null {
  const card = compact(input)
  if (card === '') return flaw('card_no.empty', '还没有填卡号', '请填写银行卡正面的号码')
  if (!/^\d+$/.test(card)) return flaw('card_no.characters', '卡号里有不能识别的字符', '卡号只有数字')
  if (card.length < 13 || card.length > 19) {
    return flaw('card_no.length', `卡号应为 13 到 19 位，现在是 ${card.length} 位`, '请对照银行卡补全')
  }
  if (!luhnValid(card)) return flaw('card_no.checksum', '卡号填错了', '有一位或几位数字不对，请对照银行卡逐位检查')
  return null
}

/** A payee may be named by card or by account number; an account number has no check digit, a 19-digit card has. */
export function checkPayeeNo(input: string): Flaw | null {
  const no = compact(input)
  if (no === '') return flaw('to_no.empty', '还没有填收款账号', '请填写对方的卡号或账号')
  if (!/^\d+$/.test(no)) return flaw('to_no.characters', '账号里有不能识别的字符', '账号只有数字')
  if (no.length < 8 || no.length > 32)
    return flaw('to_no.length', `账号的位数不对，现在是 ${no.length} 位`, '请向收款人核对')
  return null
}

export function checkPhone(input: string): Flaw | null {
  const phone = compact(input)
  if (phone === '') return flaw('phone.empty', '还没有填手机号', '请填写在银行预留的手机号')
  if (!/^\d{11}$/.test(phone)) return flaw('phone.length', '手机号应为 11 位数字', '请检查是否少填或多填')
  if (!/^1[3-9]/.test(phone)) return flaw('phone.prefix', '不是内地手机号', '请填写 1 开头的 11 位手机号')
  return null
}

export function checkSmsCode(input: string): Flaw | null {
  return /^\d{6}$/.test(input) ? null : flaw('sms_code.shape', '短信验证码应为 6 位数字', '请看手机短信')
}

/** Six digits; the plain runs and repetitions that thieves try first are refused here, the server decides. */
export function checkNewPayPassword(input: string): Flaw | null {
  if (!/^\d{6}$/.test(input)) return flaw('password.shape', '支付密码应为 6 位数字', '请补全 6 位数字')
  const repeated = /^(\d)\1{5}$/.test(input) || /^(\d\d)\1\1$/.test(input) || /^(\d{3})\1$/.test(input)
  if (repeated || '01234567890'.includes(input) || '09876543210'.includes(input)) {
    return flaw('password.weak', '这个密码太容易被猜到', '请不要用连续或重复的数字')
  }
  return null
}

export function checkMemo(input: string): Flaw | null {
  if (Array.from(input).length > 50) return flaw('memo.long', '附言最多 50 个字', '请删去一些')
  if (/[\p{Cc}]/u.test(input)) return flaw('memo.characters', '附言里有不能识别的字符', '请重新输入')
  return null
}

function isDate(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.split('-').map((part) => Number.parseInt(part, 10))
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}
