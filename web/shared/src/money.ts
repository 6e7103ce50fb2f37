// Money is a whole number of fen. Everything here works on digits (strings, BigInt); no fraction is ever computed.

/** Above this a JavaScript number could no longer hold every fen exactly. */
const MOST_FEN = 9_007_199_254_740_991n

export type ParsedAmount = { ok: true; fen: number } | { ok: false; code: string; reason: string; remedy: string }

function digitsOf(fen: number): { sign: string; yuan: string; cents: string } {
  if (!Number.isSafeInteger(fen)) throw new RangeError('fen must be a safe integer')
  const digits = BigInt(fen).toString().replace('-', '').padStart(3, '0')
  return { sign: fen < 0 ? '-' : '', yuan: digits.slice(0, -2), cents: digits.slice(-2) }
}

/** 123456 → "1,234.56" */
export function fenText(fen: number): string {
  const { sign, yuan, cents } = digitsOf(fen)
  return `${sign}${yuan.replace(/\B(?=(\d{3})+$)/g, ',')}.${cents}`
}

/** 123456 → "1234.56", the form an input field holds. */
export function yuanText(fen: number): string {
  const { sign, yuan, cents } = digitsOf(fen)
  return `${sign}${yuan}.${cents}`
}

/** What a person types: spaces, thousands commas, full-width digits and ￥ are forgiven, a third decimal is not. */
export function parseYuan(input: string): ParsedAmount {
  const text = input
    .normalize('NFKC')
    .replace(/[\s,¥]/g, '')
    .replace('。', '.')
  if (text === '') return { ok: false, code: 'amount.empty', reason: '还没有填金额', remedy: '请输入金额，例如 500' }
  if (!/^\d*\.?\d*$/.test(text) || text === '.') {
    return { ok: false, code: 'amount.not_number', reason: '金额里有不能识别的字符', remedy: '请只输入数字和小数点' }
  }
  const [whole = '', part = ''] = text.split('.')
  if (part.length > 2) {
    return { ok: false, code: 'amount.decimals', reason: '小数点后多于两位', remedy: '最小到分，请保留两位小数' }
  }
  const fen = BigInt(`${whole || '0'}${part.padEnd(2, '0')}`)
  if (fen > MOST_FEN) return { ok: false, code: 'amount.too_large', reason: '金额太大', remedy: '请核对后重新输入' }
  if (fen === 0n) return { ok: false, code: 'amount.zero', reason: '金额是 0', remedy: '请输入大于 0 的金额' }
  return { ok: true, fen: Number(fen) }
}

/** 1234500 → "1万2345元": read back in the words people say, so that a digit too many is noticed. Empty below 1000 yuan. */
export function unitHint(fen: number): string {
  const { yuan, cents } = digitsOf(fen)
  const whole = BigInt(yuan)
  if (whole < 1000n) return ''
  const [yi, wan, rest] = [whole / 100_000_000n, (whole / 10_000n) % 10_000n, whole % 10_000n]
  let text = yi > 0n ? `${yi}亿` : ''
  text += group(wan, text !== '', '万')
  text += group(rest, text !== '', '')
  const [jiao, fens] = [cents[0], cents[1]]
  const small = `${jiao !== '0' ? `${jiao}角` : ''}${fens !== '0' ? `${jiao === '0' ? '零' : ''}${fens}分` : ''}`
  return `${text}元${small}`
}

function group(value: bigint, after: boolean, unit: string): string {
  if (value === 0n) return ''
  const gap = after && value < 1000n ? '零' : ''
  if (unit === '' && value % 1000n === 0n) return `${value / 1000n}千`
  return `${gap}${value}${unit}`
}

const CAPITAL_DIGITS = '零壹贰叁肆伍陆柒捌玖'
const PLACES = ['', '拾', '佰', '仟']
const GROUPS = ['', '万', '亿', '万亿']

/** 50000 → "人民币伍佰元整", by the rules for cheques and receipts (票据填写规范). */
export function capitalAmount(fen: number): string {
  const { sign, yuan, cents } = digitsOf(fen)
  const whole = yuan.replace(/^0+/, '')
  let text = whole === '' ? '' : `${capitalWhole(whole)}元`
  const [jiao = '0', fens = '0'] = cents
  if (jiao !== '0') text += `${digit(jiao)}角`
  else if (fens !== '0' && text !== '') text += '零'
  if (fens !== '0') text += `${digit(fens)}分`
  else text = `${text || '零元'}整`
  return `人民币${sign === '-' ? '负' : ''}${text}`
}

function digit(character: string): string {
  return CAPITAL_DIGITS[Number.parseInt(character, 10)] ?? ''
}

function capitalWhole(whole: string): string {
  const groups: string[] = []
  for (let end = whole.length; end > 0; end -= 4) groups.unshift(whole.slice(Math.max(0, end - 4), end))
  let text = ''
  let gap = false
  groups.forEach((four, index) => {
    if (/^0+$/.test(four)) {
      gap = true
      return
    }
    if (text !== '' && (gap || four.startsWith('0'))) text += '零'
    gap = false
    text += capitalFour(four) + (GROUPS[groups.length - 1 - index] ?? '')
  })
  return text
}

function capitalFour(four: string): string {
  let text = ''
  let gap = false
  Array.from(four).forEach((character, index) => {
    if (character === '0') {
      gap = text !== ''
      return
    }
    text += (gap ? '零' : '') + digit(character) + (PLACES[four.length - 1 - index] ?? '')
    gap = false
  })
  return text
}
