// Chinese for the codes that the server sends. A code without a word is shown as it is: better raw than wrong.
export type Tone = 'ok' | 'wait' | 'warn' | 'bad' | 'plain'

export interface Said {
  text: string
  tone: Tone
}

const ACTIONS: Record<string, string> = {
  'fan.follow': '关注公众号',
  'fan.unfollow': '取消关注',
  'binding.begin': '申请绑定',
  'binding.confirm': '完成绑定',
  'binding.end': '解除绑定',
  'session.open': '登录',
  'session.close': '退出登录',
  'session.raise': '提升会话等级',
  'challenge.prove': '验证身份',
  'password.set': '设置支付密码',
  'preferences.set': '修改偏好',
  'transfer.draft': '填写转账',
  'transfer.authorise': '确认转账',
  'transfer.at_once': '确认转账（免密）',
  'transfer.settle': '转账有结果',
  'transfer.cancel': '取消转账',
  'autorepay.sign': '填写自动还款',
  'autorepay.begin': '开通自动还款',
  'autorepay.end': '关闭自动还款',
  'autorepay.run': '自动还款',
  'autorepay.pause': '暂停自动还款',
  'account.loss_report': '挂失',
  'account.loss_lift': '申请解挂',
  'account.loss_lifted': '解挂完成',
  'account.export': '导出流水',
  'account.dispute': '申诉交易',
  'account.label': '修改分类',
  'policy.set': '修改验证策略',
  'case.open': '建立工单',
  'case.view': '查看工单',
  'case.claim': '认领工单',
  'case.release': '退回工单',
  'case.note': '工单备注',
  'case.ask': '工单查询核心',
  'case.resolve': '办结工单',
  'case.settle': '工单自动办结',
  'case.correction_propose': '提交更正',
  'case.correction_approve': '复核更正通过',
  'case.correction_return': '复核更正退回',
  'topup.order': '充值下单',
  'topup.paid': '充值已支付',
  'topup.credit': '充值入账',
  'topup.close': '充值订单关闭',
  'topup.refund': '充值退款',
  'collection.open': '柜台收款',
  'collection.paid': '柜台收款已支付',
  'collection.credit': '柜台收款入账',
  'collection.close': '柜台收款关闭',
  'collection.refund_propose': '提交收款退款',
  'collection.refund_approve': '复核退款通过',
  'collection.refund_return': '复核退款退回',
  'collection.refund': '收款退款',
  'recon.begin': '开始对账',
  'recon.end': '对账有结果',
  'recon.no_file': '没有可用的对账文件',
  'customers.search': '查找客户',
  'customer.view': '查看客户',
  'customer.reveal': '查看明文',
  'customer.sessions_revoke': '撤销会话',
  'customer.introduce': '登记客户',
  'staff.login': '员工登录',
  'staff.hire': '开设员工账号',
  'staff.turned_away': '越权被拒',
  'audit.read': '查看审计记录',
  'audit.verify': '核验审计链',
}

const RESULTS: Record<string, Said> = {
  ok: { text: '成功', tone: 'ok' },
  unknown: { text: '待查', tone: 'wait' },
  'access.denied': { text: '没有权限', tone: 'bad' },
  processing: { text: '处理中', tone: 'wait' },
  'staff.login_failed': { text: '未通过', tone: 'warn' },
  'challenge.wrong': { text: '验证不符', tone: 'warn' },
  'binding.mismatch': { text: '信息不符', tone: 'warn' },
}

const ACTORS: Record<string, string> = { customer: '客户', staff: '员工', system: '系统', fan: '粉丝' }

const ACTS: Record<string, string> = {
  transfer: '转账',
  repayment: '信用卡还款',
  autorepay: '信用卡自动还款',
  bill: '生活缴费',
  'accounts.view': '查看账户',
  'accounts.export': '导出流水',
  'loss.report': '挂失',
  'loss.lift': '解除挂失',
  'password.set': '设置支付密码',
  'binding.first': '首次绑定',
  'binding.another': '再次绑定',
}

const FACTORS: Record<string, string> = { password: '支付密码', sms: '短信验证码', face: '人脸', passkey: '通行密钥' }

const NODE_STATES: Record<string, Said> = {
  up: { text: '正常', tone: 'ok' },
  late: { text: '迟报', tone: 'warn' },
  gone: { text: '失联', tone: 'bad' },
}

/** What a node says of what it leans on; it says so in words, the tone is ours. */
const PARTS: Record<string, Tone> = {
  正常: 'ok',
  'Redis 正常': 'ok',
  异常: 'bad',
  无回应: 'bad',
  'Redis 中断': 'bad',
}

const ROLES: Record<string, string> = { teller: '柜员', supervisor: '主管', auditor: '审计员', operator: '运维' }
const NODE_ROLES: Record<string, string> = { web: '接入', worker: '后台' }

const CHAIN_FAULTS: Record<string, string> = {
  edited: '内容被改过',
  missing: '缺了一行',
  chain: '和上一行接不上',
  head: '和链头对不上',
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
  ended: { text: '已解绑', tone: 'plain' },
  expired: { text: '已过期', tone: 'plain' },
}

const raw = (code: string): Said => ({ text: code || '—', tone: 'plain' })

export const actionText = (code: string): string => ACTIONS[code] ?? code
/** Anything but `ok` is the code of a refusal. */
export const resultSaid = (code: string): Said => RESULTS[code] ?? { text: code, tone: 'warn' }
export const actorKindText = (code: string): string => ACTORS[code] ?? code
export const actText = (code: string): string => ACTS[code] ?? code
export const factorText = (code: string): string => FACTORS[code] ?? code
export const nodeSaid = (code: string): Said => NODE_STATES[code] ?? raw(code)
export const partSaid = (text: string): Said => ({ text: text || '—', tone: PARTS[text] ?? 'plain' })
export const roleText = (code: string): string => ROLES[code] ?? code
export const nodeRolesText = (codes: string): string =>
  codes
    .split(',')
    .map((code) => NODE_ROLES[code.trim()] ?? code.trim())
    .join('、')
export const chainFaultText = (kind: string): string => CHAIN_FAULTS[kind] ?? kind
export const accountTone = (status: string): Tone => ACCOUNT_TONES[status] ?? 'plain'
export const bindingSaid = (code: string): Said => BINDINGS[code] ?? raw(code)
export const ACTION_CODES: readonly string[] = Object.keys(ACTIONS)
