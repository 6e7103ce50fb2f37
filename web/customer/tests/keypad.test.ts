import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { press, tidyTyped, type Key } from '../src/lib/keypad'
import AmountKeypad from '../src/ui/AmountKeypad.vue'

const type = (...keys: Key[]) => keys.reduce(press, '')

describe('the rules of the keys', () => {
  it.each<[Key[], string]>([
    [['5', '0', '0'], '500'],
    [['0', '5'], '5'],
    [['0', '0'], '0'],
    [['00', '7'], '7'],
    [['.'], '0.'],
    [['.', '.', '5'], '0.5'],
    [['1', '.', '2', '3', '4'], '1.23'],
    [['1', '.', '00', '5'], '1.00'],
    [['1', '.', '5', '00'], '1.50'],
    [['1', '2', 'erase'], '1'],
    [['1', '.', 'erase', 'erase', 'erase'], ''],
    [['9', '9', 'clear'], ''],
    [Array<Key>(15).fill('9'), '9'.repeat(12)],
  ])('%s → %s', (keys, text) => expect(type(...keys)).toBe(text))

  it('typed text keeps its value', () => {
    expect(tidyTyped('１，２３４.5元')).toBe('1234.5')
    expect(tidyTyped('¥ 1 000。5')).toBe('1000.5')
    expect(tidyTyped('12a')).toBe('12a')
  })
})

describe('the keypad', () => {
  const show = () => mount(AmountKeypad, { props: { modelValue: '12', goText: '下一步' }, attachTo: document.body })

  it('is made of native buttons that can be reached and pressed', async () => {
    const pad = show()
    const keys = pad.findAll('button')
    expect(keys).toHaveLength(15)
    expect(keys.every((key) => key.attributes('type') === 'button' && key.attributes('tabindex') === undefined)).toBe(
      true,
    )
    await keys[2]?.trigger('click')
    expect(pad.emitted('update:modelValue')).toEqual([['123']])
  })

  it('names the keys whose sign does not say it', () => {
    const pad = show()
    for (const name of ['小数点', '删除一位']) expect(pad.find(`[aria-label="${name}"]`).exists()).toBe(true)
  })

  it('erases and goes on', async () => {
    const pad = show()
    await pad.find('[aria-label="删除一位"]').trigger('click')
    await pad.find('.go').trigger('click')
    expect(pad.emitted('update:modelValue')).toEqual([['1']])
    expect(pad.emitted('go')).toHaveLength(1)
  })
})
