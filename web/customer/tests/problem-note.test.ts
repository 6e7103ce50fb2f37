import { mount } from '@vue/test-utils'
import { ApiProblem } from '@weigui/shared'
import { describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import ProblemNote from '../src/ui/ProblemNote.vue'

const FLAW = { field: 'amount_fen', code: 'amount.zero', reason: '金额是零', remedy: '请填写金额' }
const refusal = (fields = [FLAW]) =>
  new ApiProblem(422, 'form.invalid', '请检查填写的内容。', { fields, trace: '4bf92f35' })

describe('the note of a problem', () => {
  it('keeps its region while it has nothing to say, and says in it what comes', async () => {
    const seen = vi.spyOn(HTMLElement.prototype, 'scrollIntoView').mockImplementation(() => undefined)
    const note = mount(ProblemNote, { props: { problem: null } })
    const region = note.get('[role=alert]').element
    expect(region.textContent).toBe('')
    expect(seen).not.toHaveBeenCalled()
    await note.setProps({ problem: new ApiProblem(503, 'db.down', '系统正忙。', { trace: '4bf92f35' }) })
    expect(note.get('[role=alert]').element).toBe(region)
    expect(note.text()).toContain('系统正忙。')
    expect(note.text()).toContain('查询编号 4bf92f35')
    await nextTick()
    expect(seen).toHaveBeenCalledOnce()
  })

  it('names the first flaw, unless the field itself does', async () => {
    const note = mount(ProblemNote, { props: { problem: refusal() } })
    expect(note.text()).toContain('金额是零。请填写金额。')
    await note.setProps({ skip: 'amount_fen' })
    expect(note.text()).toBe('')
    await note.setProps({ skip: 'number' })
    expect(note.text()).toContain('金额是零')
    await note.setProps({ skip: undefined, general: true })
    expect(note.text()).toContain('请检查填写的内容。')
  })

  it('says what to do only when no answer came', async () => {
    const props = { problem: ApiProblem.noAnswer('net.timeout'), unanswered: '可以再点一次。' }
    const note = mount(ProblemNote, { props })
    expect(note.text()).toBe('等了很久还没有回音，请稍后再试。可以再点一次。')
    await note.setProps({ problem: refusal([]) })
    expect(note.text()).not.toContain('可以再点一次')
  })

  it('lets the page speak first', () => {
    const note = mount(ProblemNote, { props: { problem: refusal(), words: '余额不够。' } })
    expect(note.text()).toBe('余额不够。')
  })
})
