// Lists and single reads: late answers must not overwrite newer ones, and a failed repeat must not empty the page.
import { ApiProblem } from '@weigui/shared'
import { describe, expect, it } from 'vitest'
import { useKeyset } from '../src/use/keyset'
import { useLoad } from '../src/use/load'

function later<T>() {
  let give: (value: T) => void = () => {}
  let fail: (error: unknown) => void = () => {}
  const promise = new Promise<T>((yes, no) => {
    give = yes
    fail = no
  })
  return { promise, give, fail }
}
const problem = new ApiProblem(503, 'db.down', '系统正忙')

describe('a keyset list', () => {
  it('goes on with the cursor it was given and stops without one', async () => {
    const asked: (string | null)[] = []
    const list = useKeyset<number>(async (cursor) => {
      asked.push(cursor)
      return cursor === null ? { items: [1, 2], next: 'c2' } : { items: [3], next: null }
    })
    await list.load()
    await list.more()
    await list.more()
    expect(list.items.value).toEqual([1, 2, 3])
    expect(asked).toEqual([null, 'c2'])
  })

  it('drops the page of an older search that comes home late', async () => {
    const first = later<{ items: string[] }>()
    const second = later<{ items: string[] }>()
    const turns = [first.promise, second.promise]
    const list = useKeyset<string>(() => turns.shift() ?? Promise.reject(problem))
    const a = list.load()
    const b = list.load()
    second.give({ items: ['new'] })
    await b
    first.give({ items: ['old'] })
    await a
    expect(list.items.value).toEqual(['new'])
    expect(list.state.value).toBe('ready')
  })

  it('keeps what is there when “more” fails, and can be asked again', async () => {
    let broken = true
    const list = useKeyset<number>(async (cursor) => {
      if (cursor === null) return { items: [1], next: 'c2' }
      if (broken) throw problem
      return { items: [2], next: null }
    })
    await list.load()
    await list.more()
    expect(list.items.value).toEqual([1])
    expect(list.moreProblem.value?.code).toBe('db.down')
    broken = false
    await list.more()
    expect(list.items.value).toEqual([1, 2])
    expect(list.moreProblem.value).toBeNull()
  })

  it('forgets a search that is still on its way', async () => {
    const slow = later<{ items: string[] }>()
    const list = useKeyset<string>(() => slow.promise)
    const run = list.load()
    list.forget()
    slow.give({ items: ['somebody'] })
    await run
    expect(list.items.value).toEqual([])
    expect(list.state.value).toBe('idle')
  })
})

describe('a single read', () => {
  it('shows the fault when there is nothing else to show', async () => {
    const one = useLoad(() => Promise.reject(problem))
    await one.load()
    expect(one.state.value).toBe('failed')
    expect(one.problem.value?.detail).toBe('系统正忙')
  })

  it('keeps the earlier answer beside the fault of a repeat', async () => {
    const answers: (() => Promise<number>)[] = [async () => 7, async () => Promise.reject(problem)]
    const one = useLoad(() => answers.shift()?.() ?? Promise.reject(problem))
    await one.load()
    await one.load()
    expect([one.data.value, one.state.value, one.problem.value?.code]).toEqual([7, 'ready', 'db.down'])
    expect(one.busy.value).toBe(false)
  })
})
