// Chinese for the codes that the server sends. A code without a word is shown as it is: better raw than wrong.
export type Tone = 'ok' | 'wait' | 'warn' | 'bad' | 'plain'

export interface Said {
  text: string
  tone: Tone
}

const ACTIONS: Record<string, string> = {
  'binding.start': '申请绑定',
  'binding.confirm': '完成绑定',
  'binding.release': '解除绑定',
  'session.start': '客户登录',
  'session.revoke': '撤销会话',
  'transfer.draft': '填写转账',
  'transfer.authorise': '确认转账',
  'transfer.resolve': '查明转账结果',
  'transfer.cancel': '取消转账',
  'loss.report': '挂失',
  'loss.lift': '解除挂失',
  'statement.export': '导出流水',
  'password.set': '设置支付密码',
  'staff.login': '员工登录',
  'staff.logout': '员工退出',
  'customer.search': '查找客户',
  'customer.view': '查看客户',
  'customer.reveal': '查看明文',
  'audit.read': '查看审计',
}

const RESULTS: Record<string, Said> = {
  ok: { text: '成功', tone: 'ok' },
  refused: { text: '拒绝', tone: 'warn' },
  denied: { text: '无权', tone: 'warn' },
  failed: { text: '失败', tone: 'bad' },
  error: { text: '出错', tone: 'bad' },
  unknown: { text: '待查', tone: 'wait' },
  processing: { text: '处理中', tone: 'wait' },
}

const ACTORS: Record<string, string> = { customer: '客户', staff: '员工', system: '系统', fan: '粉丝' }

const ACTS: Record<string, string> = {
  transfer: '转账',
  'accounts.export': '导出流水',
  'loss.lift': '解除挂失',
  'password.set': '设置支付密码',
  binding: '绑定银行卡',
}

const FACTORS: Record<string, string> = { password: '支付密码', sms: '短信验证码', face: '人脸', passkey: '通行密钥' }

const NODE_STATES: Record<string, Said> = {
  up: { text: '正常', tone: 'ok' },
  late: { text: '迟报', tone: 'warn' },
  gone: { text: '失联', tone: 'bad' },
}

const PARTS: Record<string, Said> = {
  ok: { text: '正常', tone: 'ok' },
  up: { text: '正常', tone: 'ok' },
  slow: { text: '变慢', tone: 'warn' },
  down: { text: '不通', tone: 'bad' },
  off: { text: '未启用', tone: 'plain' },
  none: { text: '未启用', tone: 'plain' },
  unknown: { text: '不详', tone: 'plain' },
}

const ACCOUNT_TONES: Record<string, Tone> = {
  normal: 'ok',
  lost: 'bad',
  frozen: 'warn',
  dormant: 'plain',
  closed: 'plain',
}

const BINDINGS: Record<string, Said> = {
  active: { text: '有效', tone: 'ok' },
  bound: { text: '有效', tone: 'ok' },
  released: { text: '已解绑', tone: 'plain' },
  unbound: { text: '已解绑', tone: 'plain' },
}

const raw = (code: string): Said => ({ text: code || '—', tone: 'plain' })

export const actionText = (code: string): string => ACTIONS[code] ?? code
export const resultSaid = (code: string): Said => RESULTS[code] ?? raw(code)
export const actorKindText = (code: string): string => ACTORS[code] ?? code
export const actText = (code: string): string => ACTS[code] ?? code
export const factorText = (code: string): string => FACTORS[code] ?? code
export const nodeSaid = (code: string): Said => NODE_STATES[code] ?? raw(code)
export const partSaid = (code: string): Said => PARTS[code] ?? raw(code)
export const accountTone = (status: string): Tone => ACCOUNT_TONES[status] ?? 'plain'
export const bindingSaid = (code: string): Said => BINDINGS[code] ?? raw(code)
export const ACTION_CODES: readonly string[] = Object.keys(ACTIONS)
