// The transfer that is being filled in, from "to whom" to the first send.
import { compact, daysBefore, type AccountView, type Flaw, type ScheduleView, type TransferView } from '@weigui/shared'
import { keyFor, type SentKey } from './api'
import { keep, kept, useDraft } from './draft'

export type Arrival = TransferView['arrival']
export type Frequency = ScheduleView['frequency']
/** When the money leaves: by one of the bank's three ways to arrive, or on a day to come. */
export type When = Arrival | 'later'

export interface TransferDraft {
  from_account_id: string
  to_no: string
  to_name: string
  /** Set when the payee was picked from those known to the bank: what to show instead of the number. */
  to_masked: string
  /** Empty: at our own bank. */
  bank_code: string
  bank_name: string
  amount: string
  memo: string
  /** Empty until chosen: then it is what suits the person. */
  when: When | ''
  frequency: Frequency
  first_on: string
  until_on: string
  sent: SentKey | null
}

const fresh = (): TransferDraft => ({
  from_account_id: '',
  to_no: '',
  to_name: '',
  to_masked: '',
  bank_code: '',
  bank_name: '',
  amount: '',
  memo: '',
  when: '',
  frequency: 'once',
  first_on: '',
  until_on: '',
  sent: null,
})

export const useTransferDraft = () => useDraft<TransferDraft>('transfer', fresh)

/** 长辈版: the money leaves a day later unless they say otherwise, so that it can be taken back. */
export const whenOf = (draft: TransferDraft, elder: boolean): When => draft.when || (elder ? 'next_day' : 'realtime')

export const WHENS: { value: When; text: string; about: string; elder: boolean }[] = [
  { value: 'realtime', text: '实时到账', about: '确认后马上转出，不能撤销', elder: true },
  { value: 'ordinary', text: '2小时到账', about: '2 小时后转出，转出前可以撤销', elder: false },
  { value: 'next_day', text: '次日到账', about: '24 小时后转出，转出前可以撤销', elder: true },
  { value: 'later', text: '预约或定期', about: '在选定的日子早上 9 点转出，随时可以取消', elder: false },
]

export const FREQUENCIES: { value: Frequency; text: string }[] = [
  { value: 'once', text: '只转一次' },
  { value: 'weekly', text: '每周' },
  { value: 'monthly', text: '每月' },
]

export interface Payment {
  from_account_id: string
  to_no: string
  to_name: string
  bank_code?: string
  amount_fen: number
}

/** Who pays whom how much: what is checked before anything is ordered. */
export function paymentOf(draft: TransferDraft, amountFen: number): Payment {
  return {
    from_account_id: draft.from_account_id,
    to_no: draft.to_masked ? draft.to_no : compact(draft.to_no),
    to_name: draft.to_name.trim(),
    ...(draft.bank_code && !draft.to_masked && { bank_code: draft.bank_code }),
    amount_fen: amountFen,
  }
}

export interface TransferOrder extends Payment {
  memo?: string
  arrival: Arrival
}

export function orderOf(draft: TransferDraft, amountFen: number, arrival: Arrival): TransferOrder {
  const memo = draft.memo.trim()
  return { ...paymentOf(draft, amountFen), ...(memo && { memo }), arrival }
}

export interface ScheduleOrder extends Payment {
  memo?: string
  frequency: Frequency
  first_on: string
  until_on?: string
}

export function scheduleOf(draft: TransferDraft, amountFen: number): ScheduleOrder {
  const memo = draft.memo.trim()
  return {
    ...paymentOf(draft, amountFen),
    ...(memo && { memo }),
    frequency: draft.frequency,
    first_on: draft.first_on,
    ...(draft.frequency !== 'once' && { until_on: draft.until_on }),
  }
}

/** What is wrong with the days of a plan; the bank has the last word. */
export function planFlaws(draft: TransferDraft, today: string): { first: Flaw | null; until: Flaw | null } {
  const tomorrow = daysBefore(today, -1)
  let [first, until]: [Flaw | null, Flaw | null] = [null, null]
  if (!draft.first_on) {
    first = { code: 'schedule.no_first', reason: '还没有选日期', remedy: '请选择首次转出的日期' }
  } else if (draft.first_on < tomorrow || draft.first_on > daysBefore(today, -366)) {
    first = { code: 'schedule.bad_first', reason: '这一天不能预约', remedy: '请选择明天起一年以内的日期' }
  }
  if (draft.frequency !== 'once') {
    if (!draft.until_on) {
      until = { code: 'schedule.no_until', reason: '还没有选结束日期', remedy: '请选择最后一次转出的日期' }
    } else if (draft.until_on < draft.first_on || draft.until_on > daysBefore(draft.first_on || today, -731)) {
      until = {
        code: 'schedule.bad_until',
        reason: '结束日期不对',
        remedy: '请选择首次转出之后、两年以内的日期',
      }
    }
  }
  return { first, until }
}

/** The key is in the draft before the first send, so a reload or a second tap sends the same order under the same key. */
export function keyOfOrder(draft: TransferDraft, order: TransferOrder | ScheduleOrder): string {
  draft.sent = keyFor(order, draft.sent)
  return draft.sent.key
}

export const canPay = (account: AccountView): boolean => account.kind === 'demand' && account.status === 'normal'

const LAST = 'wg.draft.transfer-last'

/** Remembered until the transfer is through, so that an expired one can be made again without typing it anew. */
export function rememberLast(id: string, draft: TransferDraft): void {
  keep(LAST, { id, draft: { ...draft, sent: null } })
}

export function lastDraft(id: string): TransferDraft | null {
  const last = kept<{ id: string; draft: TransferDraft }>(LAST)
  return last.id === id && last.draft ? last.draft : null
}
