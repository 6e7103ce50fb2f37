// What a key does to the text of an amount. Pure, so that the rules can be tested as a table.

export type Key = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '.' | '00' | 'erase' | 'clear'

const MOST_WHOLE_DIGITS = 12

export function press(text: string, key: Key): string {
  if (key === 'clear') return ''
  if (key === 'erase') return text.slice(0, -1)
  if (key === '.') return text.includes('.') ? text : `${text === '' ? '0' : text}.`
  const [whole = '', part] = text.split('.')
  if (part !== undefined) return `${whole}.${(part + key).slice(0, 2)}`
  return (whole + key).replace(/^0+(?=\d)/, '').slice(0, MOST_WHOLE_DIGITS)
}

/** Keeps a typed or pasted amount as near to the keypad's rules as can be done without changing its value. */
export function tidyTyped(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[,，\s¥元]/g, '')
    .replace('。', '.')
    .slice(0, MOST_WHOLE_DIGITS + 3)
}
