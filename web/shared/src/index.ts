// The one door of this package: apps import from here, never from a file inside.
export * from './api/client'
export * from './api/problem'
export type * from './api/types'
export * from './dates'
export * from './mask'
export * from './money'
export * from './validators'
