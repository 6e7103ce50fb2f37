// The transfer that is being filled in, from "to whom" to the first send.
import type { AccountView } from '@weigui/shared'
import { keyFor, type SentKey } from './api'
import { keep, kept, useDraft } from './draft'

export interface TransferDraft {
  from_account_id: string
  to_no: string
  to_name: string
  /** Set when the payee was picked from the recent ones: what to show instead of the number. */
  to_masked: string
  amount: string
  memo: string
  sent: SentKey | null
}

const fresh = (): TransferDraft => ({
  from_account_id: '',
  to_no: '',
  to_name: '',
  to_masked: '',
  amount: '',
  memo: '',
  sent: null,
})

export const useTransferDraft = () => useDraft<TransferDraft>('transfer', fresh)

export interface TransferOrder {
  from_account_id: string
  to_no: string
  to_name: string
  amount_fen: number
  memo?: string
}

export function orderOf(draft: TransferDraft, amountFen: number): TransferOrder {
  const memo = draft.memo.trim()
  return {
    from_account_id: draft.from_account_id,
    to_no: draft.to_masked ? draft.to_no : draft.to_no.replace(/[\s-]/g, ''),
    to_name: draft.to_name.trim(),
    amount_fen: amountFen,
    ...(memo && { memo }),
  }
}

/** The key is in the draft before the first send, so a reload or a second tap sends the same order under the same key. */
export function keyOfOrder(draft: TransferDraft, order: TransferOrder): string {
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
