// The promise of tokens.css: every pair of text and surface that the pages use reaches WCAG AA.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync(new URL('../src/tokens.css', import.meta.url), 'utf8')

function token(name: string, elder: boolean): string {
  const blocks = css.split('html[data-elder]')
  const find = (text: string | undefined) => new RegExp(`--${name}: (#[0-9a-f]{6})`).exec(text ?? '')?.[1]
  const value = (elder ? find(blocks[1]) : undefined) ?? find(blocks[0])
  if (!value) throw new Error(`no token ${name}`)
  return value
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high + 0.05) / (low + 0.05)
}

const TEXT = [
  ...['ink', 'ink-2', 'ink-3', 'brand-700', 'brand-600', 'brass-700', 'ok', 'wait', 'warn', 'bad'].flatMap((text) =>
    ['paper', 'card'].map((surface) => [text, surface] as const),
  ),
  ...(['ink', 'ink-2', 'ink-3'] as const).map((text) => [text, 'sunk'] as const),
  ...(['ok', 'wait', 'warn', 'bad'] as const).map((text) => [text, `${text}-bg`] as const),
  ['brand-700', 'brand-50'],
  ['brand-700', 'brand-100'],
  ['ink-3', 'brand-50'],
  ['brass-700', 'brass-50'],
  ['on-brand', 'brand-600'],
  ['on-brand-2', 'brand-600'],
  ['on-brand-2', 'brand-700'],
  ['on-brand-2', 'brand-800'],
  ['brass-300', 'brand-700'],
] as const

describe.each([false, true])('tokens, elder mode %s', (elder) => {
  it.each(TEXT)('%s on %s', (text, surface) => {
    expect(contrast(token(text, elder), token(surface, elder))).toBeGreaterThanOrEqual(4.5)
  })

  it('edges of controls reach 3:1', () => {
    expect(contrast(token('line-strong', elder), token('card', elder))).toBeGreaterThanOrEqual(3)
    expect(contrast(token('line-strong', elder), token('paper', elder))).toBeGreaterThanOrEqual(3)
  })
})
