// Short names for the server's answers. Everything here is derived from openapi.json.
import type { components } from './schema'

type Schemas = components['schemas']

export type SessionView = Schemas['SessionView']
export type PreferencesView = Schemas['PreferencesView']
export type BindingView = Schemas['BindingView']
export type AccountView = Schemas['AccountView']
export type Overview = Schemas['Overview']
export type BalanceView = Schemas['BalanceView']
export type EntryView = Schemas['EntryView']
export type LossView = Schemas['LossView']
export type ChallengeView = Schemas['ChallengeView']
export type TransferCheck = Schemas['TransferCheck']
export type TransferView = Schemas['TransferView']
export type Receipt = Schemas['Receipt']
export type RecentPayee = Schemas['RecentPayees']['items'][number]
export type StatementCheck = Schemas['StatementCheck']
