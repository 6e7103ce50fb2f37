// The switchboard must show what the sandbox reports, and a choice must undo every earlier one.
import { expect, it } from 'vitest'
import { chosen, PARTS } from '../src/faults'

it('every choice of a part sets the same fields, so none lingers', () => {
  for (const part of PARTS) {
    const fields = part.choices.map((c) => Object.keys(c.set).sort().join())
    expect(new Set(fields).size, part.id).toBe(1)
  }
})

it('a state set by a choice is shown as that choice, and a strange one as none', () => {
  for (const part of PARTS) {
    for (const choice of part.choices) expect(chosen(part, choice.set)).toBe(choice.id)
    expect(chosen(part, {})).toBe('ok')
    expect(chosen(part, { delay_ms: 12345, down: true })).toBe('other')
  }
})
