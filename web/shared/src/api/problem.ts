// Every refusal or failure that a page can meet, in one type, so that one component can show any of them.

export interface FieldFlaw {
  field: string
  code: string
  reason: string
  remedy: string
}

/** What the server sends as application/problem+json; extras such as `left` stay readable by name. */
export interface ProblemBody {
  status?: number
  code?: string
  title?: string
  detail?: string
  fields?: FieldFlaw[] | null
  trace?: string | null
  [extra: string]: unknown
}

/** Codes that the browser itself makes when no answer came. */
export const OFFLINE = 'net.offline'
export const TIMEOUT = 'net.timeout'
export const BROKEN = 'net.broken'

export class ApiProblem extends Error {
  readonly fields: FieldFlaw[]
  readonly trace: string

  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly body: ProblemBody = {},
    readonly retryAfter = 0,
  ) {
    super(`${code} ${detail}`)
    this.name = 'ApiProblem'
    this.fields = body.fields ?? []
    this.trace = typeof body.trace === 'string' ? body.trace : ''
  }

  /** No answer arrived: what the server did with the request is not known. */
  get unanswered(): boolean {
    return this.status === 0
  }

  /** A whole number the server added, such as the attempts left. */
  number(name: string): number | null {
    const value = this.body[name]
    return typeof value === 'number' && Number.isInteger(value) ? value : null
  }

  fieldOf(name: string): FieldFlaw | null {
    return this.fields.find((flaw) => flaw.field === name) ?? null
  }

  static noAnswer(code: typeof OFFLINE | typeof TIMEOUT | typeof BROKEN): ApiProblem {
    const detail = {
      [OFFLINE]: '网络已断开，请检查网络后再试。',
      [TIMEOUT]: '等了很久还没有回音，请稍后再试。',
      [BROKEN]: '连接中断，请稍后再试。',
    }[code]
    return new ApiProblem(0, code, detail)
  }

  static from(error: unknown): ApiProblem {
    if (error instanceof ApiProblem) return error
    return new ApiProblem(0, 'app.fault', '页面出了点问题，请刷新后再试。')
  }
}

/** A server or proxy may answer without a problem body (502 from a gateway); the customer still gets a sentence. */
export function problemOf(response: Response, body: unknown): ApiProblem {
  const known: ProblemBody = typeof body === 'object' && body !== null ? (body as ProblemBody) : {}
  const code = known.code ?? `http.${response.status}`
  const detail = known.detail ?? known.title ?? plainDetail(response.status)
  return new ApiProblem(response.status, code, detail, known, retryAfterOf(response))
}

export function retryAfterOf(response: Response): number {
  const text = response.headers.get('retry-after') ?? ''
  return /^\d{1,5}$/.test(text) ? Number.parseInt(text, 10) : 0
}

function plainDetail(status: number): string {
  if (status === 404) return '没有找到您要的内容。'
  if (status === 429) return '操作太频繁了，请稍等一会儿再试。'
  if (status >= 500) return '系统正忙，请稍后再试。'
  return '这一步没有办成，请稍后再试。'
}
