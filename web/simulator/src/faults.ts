// The switchboard as data: what may go wrong outside the bank, in words for a spectator, and the sandbox settings
// that bring it about. Every choice sets all fields of its part, so choosing never adds up with an earlier choice.

export interface Choice {
  id: string
  label: string
  explain: string
  set: Record<string, unknown>
}

export interface Part {
  id: 'core' | 'wechat' | 'sms'
  label: string
  choices: Choice[]
}

export const PARTS: Part[] = [
  {
    id: 'core',
    label: '核心系统',
    choices: [
      { id: 'ok', label: '正常', explain: '马上答复。', set: { down: false, delay_ms: 0, lose_answers: false } },
      {
        id: 'slow',
        label: '变慢',
        explain: '每次答复要 6 秒。微信只等 5 秒，答案会作为客服消息补发。',
        set: { down: false, delay_ms: 6000, lose_answers: false },
      },
      {
        id: 'down',
        label: '停机',
        explain: '一概不答复。查余额看到上次的数字和时间，转账不受理；不需要核心的页面照常。',
        set: { down: true, delay_ms: 0, lose_answers: false },
      },
      {
        id: 'silent',
        label: '做了不答',
        explain: '账已经记了，答复却丢了。转账显示“处理中”，恢复后自动查明结果，绝不记两次。',
        set: { down: false, delay_ms: 0, lose_answers: true },
      },
    ],
  },
  {
    id: 'wechat',
    label: '微信平台',
    choices: [
      { id: 'ok', label: '正常', explain: '接口正常。', set: { down: false, delay_ms: 0 } },
      {
        id: 'down',
        label: '接口停',
        explain: '客服消息和模板消息暂时发不出去，恢复后补发。',
        set: { down: true, delay_ms: 0 },
      },
    ],
  },
  {
    id: 'sms',
    label: '短信',
    choices: [
      { id: 'ok', label: '正常', explain: '马上送到。', set: { down: false, delay_ms: 0 } },
      { id: 'slow', label: '变慢', explain: '每条晚到 8 秒。', set: { down: false, delay_ms: 8000 } },
      { id: 'down', label: '通道停', explain: '一条也发不出去。', set: { down: true, delay_ms: 0 } },
    ],
  },
]

/** The choice whose every field the sandbox reports; the first (正常) when it reports none. */
export function chosen(part: Part, state: Record<string, unknown> | undefined): string {
  const normal = part.choices[0]
  const same = (c: Choice) => Object.entries(c.set).every(([k, v]) => (state?.[k] ?? normal?.set[k]) === v)
  return part.choices.find(same)?.id ?? 'other'
}
