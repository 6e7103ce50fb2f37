// The switchboard as data: what may go wrong outside the bank, in words for a spectator, and the sandbox settings
// that bring it about. Every choice sets all fields of its part, so choosing never adds up with an earlier choice.

export interface Choice {
  id: string
  label: string
  explain: string
  set: Record<string, unknown>
}

export interface Part {
  id: 'core' | 'clearing' | 'wechat' | 'pay' | 'billers' | 'sms'
  label: string
  choices: Choice[]
}

const core = (set: object) => ({ down: false, delay_ms: 0, lose_answers: false, ...set })
const sms = core
const clearing = core
const billers = (set: object) => ({ down: false, delay_ms: 0, lose_answers: false, file: 'none', ...set })
const pay = (set: object) => ({
  down: false,
  delay_ms: 0,
  lose_answers: false,
  hold_notices: false,
  notices_fivefold: false,
  no_money: false,
  refuse_refunds: false,
  refunds_abnormal: false,
  refunds_slow: false,
  ...set,
})
const wechat = (set: object) => ({
  down: false,
  delay_ms: 0,
  lose_answers: false,
  snapshot: false,
  block_templates: false,
  deliver_thrice: false,
  ...set,
})

export const PARTS: Part[] = [
  {
    id: 'core',
    label: '核心系统',
    choices: [
      { id: 'ok', label: '正常', explain: '马上答复。', set: core({}) },
      {
        id: 'slow',
        label: '变慢',
        explain: '每次答复要 6 秒。微信只等 5 秒，答案会作为客服消息补发。',
        set: core({ delay_ms: 6000 }),
      },
      {
        id: 'down',
        label: '停机',
        explain: '一概不答复。查余额看到上次的数字和时间，转账不受理；不需要核心的页面照常。',
        set: core({ down: true }),
      },
      {
        id: 'silent',
        label: '做了不答',
        explain: '账已经记了，答复却丢了。转账显示“处理中”，恢复后自动查明结果，绝不记两次。',
        set: core({ lose_answers: true }),
      },
    ],
  },
  {
    id: 'clearing',
    label: '跨行清算',
    choices: [
      {
        id: 'ok',
        label: '正常',
        explain: '跨行转账约 3 秒入账。收款账号以 9991 至 9994 结尾会退汇，以 9996 结尾要等 10 分钟。',
        set: clearing({}),
      },
      {
        id: 'silent',
        label: '收了不答',
        explain: '指令已收下，答复却丢了。银行会先查询，绝不发第二笔。',
        set: clearing({ lose_answers: true }),
      },
      {
        id: 'down',
        label: '停机',
        explain: '跨行转账停在“处理中”，恢复后自动送出。行内转账照常。',
        set: clearing({ down: true }),
      },
    ],
  },
  {
    id: 'wechat',
    label: '微信平台',
    choices: [
      { id: 'ok', label: '正常', explain: '每条消息送一次，接口正常。', set: wechat({}) },
      {
        id: 'thrice',
        label: '重投',
        explain: '每条消息同时送来三遍。客户只会收到一次答复。',
        set: wechat({ deliver_thrice: true }),
      },
      { id: 'down', label: '停机', explain: '客服消息和模板消息发不出去，恢复后补发。', set: wechat({ down: true }) },
      {
        id: 'blocked',
        label: '拒收',
        explain: '客户关掉了服务通知，回执说没有送达。',
        set: wechat({ block_templates: true }),
      },
      {
        id: 'snapshot',
        label: '快照',
        explain: '授权只给一个虚拟用户。银行不认，请客户重新打开。',
        set: wechat({ snapshot: true }),
      },
    ],
  },
  {
    id: 'pay',
    label: '微信支付',
    choices: [
      { id: 'ok', label: '正常', explain: '付款后马上通知银行。', set: pay({}) },
      {
        id: 'held',
        label: '不通知',
        explain: '付了款却不通知银行。银行自己去查，照样入账。',
        set: pay({ hold_notices: true }),
      },
      {
        id: 'fivefold',
        label: '重复通知',
        explain: '每次付款同时通知五遍。只入账一次。',
        set: pay({ notices_fivefold: true }),
      },
      {
        id: 'poor',
        label: '零钱不足',
        explain: '手机里付不成款。订单还在，换个办法还能付，过期自动关闭。',
        set: pay({ no_money: true }),
      },
      {
        id: 'no-refunds',
        label: '拒绝退款',
        explain: '新的退款一概拒绝。充值退款退回账户，付款时没能入账的由人处理。',
        set: pay({ refuse_refunds: true }),
      },
      {
        id: 'stuck',
        label: '退款异常',
        explain: '退款送不到付款人手里。银行建立工单，恢复正常后照样退到、工单自动办结。',
        set: pay({ refunds_abnormal: true }),
      },
      { id: 'down', label: '停机', explain: '下不了单，也退不了款，恢复后继续。', set: pay({ down: true }) },
    ],
  },
  {
    id: 'billers',
    label: '缴费单位',
    choices: [
      { id: 'ok', label: '正常', explain: '缴费马上确认，次日凌晨一点出对账文件。', set: billers({}) },
      {
        id: 'late',
        label: '文件迟到',
        explain: '对账文件一直不出。银行过一会儿再取，上午九点还没有就建立工单。',
        set: billers({ file: 'late' }),
      },
      {
        id: 'cut',
        label: '文件不全',
        explain: '对账文件传了一半就断了。银行不收，建立工单后再取。',
        set: billers({ file: 'cut_off' }),
      },
      {
        id: 'missing',
        label: '漏一笔',
        explain: '文件里少了第一笔缴费。对账不平，差异建立一张工单。',
        set: billers({ file: 'missing' }),
      },
      {
        id: 'stranger',
        label: '多一笔',
        explain: '文件里多了一笔银行没有送过的缴费。',
        set: billers({ file: 'stranger' }),
      },
      {
        id: 'wrong',
        label: '错金额',
        explain: '文件里第一笔缴费多记了一分钱。',
        set: billers({ file: 'wrong_amount' }),
      },
      {
        id: 'number',
        label: '错流水号',
        explain: '文件里第一笔缴费的流水号与当时回给银行的不同。',
        set: billers({ file: 'wrong_reference' }),
      },
      { id: 'down', label: '停机', explain: '查不了账单，也取不到文件，恢复后继续。', set: billers({ down: true }) },
    ],
  },
  {
    id: 'sms',
    label: '短信',
    choices: [
      { id: 'ok', label: '正常', explain: '马上送到。', set: sms({}) },
      { id: 'slow', label: '变慢', explain: '每条晚到 8 秒。', set: sms({ delay_ms: 8000 }) },
      {
        id: 'lost',
        label: '发了不答',
        explain: '短信到了，网关的答复丢了。银行不会再发第二条。',
        set: sms({ lose_answers: true }),
      },
      { id: 'down', label: '通道停', explain: '一条也发不出去。', set: sms({ down: true }) },
    ],
  },
]

/** The choice whose every field the sandbox reports; the first (正常) when it reports none. */
export function chosen(part: Part, state: Record<string, unknown> | undefined): string {
  const normal = part.choices[0]
  const same = (c: Choice) => Object.entries(c.set).every(([k, v]) => (state?.[k] ?? normal?.set[k]) === v)
  return part.choices.find(same)?.id ?? 'other'
}
