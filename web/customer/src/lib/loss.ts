// The report of a lost card: one key per account until the bank has answered, and the answer for as long as the tab lives.
import { newKey, type LossView } from '@weigui/shared'
import { keep, kept, useDraft } from './draft'

const place = (accountId: string) => `wg.draft.loss.${accountId}`

export function rememberLoss(view: LossView): void {
  keep(place(view.account_id), view)
}

export function knownLoss(accountId: string): LossView | null {
  const view = kept<LossView>(place(accountId))
  return view.account_id === accountId && view.state ? (view as LossView) : null
}

export function useLossKeys() {
  const { draft } = useDraft<{ keys: Record<string, string> }>('loss-keys', () => ({ keys: {} }))
  return {
    keyOf: (accountId: string): string => (draft.keys[accountId] ??= newKey()),
    /** A later loss of the same account is a new report. */
    answered: (accountId: string): void => {
      delete draft.keys[accountId]
    },
  }
}
