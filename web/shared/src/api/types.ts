// Short names for the server's answers, taken from the operations that give them, so that a renamed schema changes nothing here.
import type { paths } from './schema'

type Json<R> = R extends { content: { 'application/json': infer Body } } ? Body : never
type Answer<Operation> = Operation extends { responses: infer R } ? Json<R[Extract<keyof R, 200 | 201>]> : never

export type SessionView = Answer<paths['/api/session']['get']>
export type Preferences = Answer<paths['/api/preferences']['put']>
export type BindingView = Answer<paths['/api/bindings']['post']>
export type ChallengeView = Answer<paths['/api/challenges']['post']>
export type Overview = Answer<paths['/api/accounts']['get']>
export type AccountView = Overview['accounts'][number]
export type BalanceView = Answer<paths['/api/accounts/{id}/balance']['get']>
export type EntryView = Answer<paths['/api/accounts/{id}/entries']['get']>['items'][number]
export type EntryQuery = NonNullable<paths['/api/accounts/{id}/entries']['get']['parameters']['query']>
export type DisputeView = Answer<paths['/api/accounts/{id}/disputes']['post']>
export type MonthSummary = Answer<paths['/api/summary']['get']>
export type SummaryEntry = Answer<paths['/api/summary/entries']['get']>['items'][number]
export type LossView = Answer<paths['/api/accounts/{id}/loss-report']['post']>
export type StatementCheck = Answer<paths['/api/statements/verify']['get']>
export type RecentPayee = Answer<paths['/api/payees/recent']['get']>['items'][number]
export type TransferCheck = Answer<paths['/api/transfers/check']['post']>
export type TransferView = Answer<paths['/api/transfers/{id}']['get']>
export type Receipt = Answer<paths['/api/transfers/{id}/receipt']['get']>
export type CardBillView = Answer<paths['/api/cards/{id}/bill']['get']>
export type AutoRepayView = Answer<paths['/api/autorepay/{id}/end']['post']>
export type OpenBills = Answer<paths['/api/bills/query']['post']>
export type BankView = Answer<paths['/api/banks']['get']>['items'][number]
export type SavedPayee = Answer<paths['/api/payees']['get']>['items'][number]
export type ScheduleView = Answer<paths['/api/schedules/{id}']['get']>
export type TopUpView = Answer<paths['/api/topups/{id}']['get']>
export type WeChatPayment = Answer<paths['/api/topups/{id}/pay']['post']>
export type ReceiptCheck = Answer<paths['/api/receipts/verify']['get']>
export type TransferQuery = NonNullable<paths['/api/transfers']['get']['parameters']['query']>
