/**
 * A refusal or a failed request, with the database's message.
 *
 * The relay answers every refusal with `application/problem+json` (RFC 9457) that also has PostgREST's `code`, `message`,
 * `details` and `hint`, and the `rule` (a constraint's name) that refused. Branch on `rule` and `code`, never on the text.
 */
export class Problem extends Error {
  /**
   * @param {{status?: number, code?: string, message?: string, title?: string, detail?: string,
   *          details?: string|object[]|null, hint?: string|null, rule?: string|null, retry_after?: number|null}} parts
   *   status 0 means that no answer came at all; retry_after is in milliseconds.
   */
  constructor(parts) {
    super(parts.message || parts.detail || parts.title || 'Something went wrong')
    this.name = 'Problem'
    this.status = parts.status ?? 0
    this.code = parts.code ?? ''
    this.details = parts.details ?? null
    this.hint = parts.hint ?? null
    this.rule = parts.rule ?? null
    this.retry_after = parts.retry_after ?? null
  }

  /**
   * Whether the same request may succeed a moment later: no answer, timeout, too early, too many requests, an overloaded or restarting
   * relay, a serialization failure or deadlock (SQLSTATE class 40).
   */
  get temporary() {
    return [0, 408, 425, 429].includes(this.status) || this.status >= 500 || this.code.startsWith('40')
  }
}

/** Whether nothing is known about a request: no answer came, or not from the database. @param {unknown} error */
export const isUnanswered = (error) => error instanceof Problem && (error.status === 0 || error.status >= 500)

/** The rule that refused; null for other errors. @param {unknown} error */
export const ruleOf = (error) => (error instanceof Problem ? error.rule : null)

/** A caught error as a Problem. Any other error is a bug, and is thrown again. @param {unknown} error @returns {Problem} */
export function problemFrom(error) {
  if (error instanceof Problem) return error
  throw error
}

/** @param {unknown} thrown @returns {Error} */
export const errorFrom = (thrown) => (thrown instanceof Error ? thrown : new Error(String(thrown)))

/**
 * Asks for status 200 when a rule refuses: browsers write other statuses into their console, although it is no error when, for example,
 * a room has just ended.
 */
export const PREFER_QUIET_REFUSAL = 'refusal=quiet'

/** Whether a response is a refusal, with status 200 or another one. @param {Response} response */
export const isRefusal = (response) => !response.ok || Boolean(response.headers.get('content-type')?.startsWith('application/problem+json'))

/** There was no answer: the relay or the network cannot be reached. */
export function unreachable() {
  return new Problem({
    status: 0,
    code: 'unreachable',
    message: 'Roomtone does not answer.',
    hint: 'Check your connection.',
  })
}

/**
 * The body of an answer. A connection that breaks while it is read is as one that never answered: nothing is known.
 * @template T @param {Promise<T>} reading @returns {Promise<T>}  rejects with a Problem
 */
export const wholeBody = (reading) =>
  reading.catch(() => {
    throw unreachable()
  })

/**
 * The problem of a refused response; also if its body is not a problem, but a proxy's page for example.
 * @param {Response} response
 * @returns {Promise<Problem>}
 */
export async function problemOf(response) {
  const seconds = Number.parseFloat(response.headers.get('retry-after') ?? '')
  const retry_after = Number.isFinite(seconds) ? seconds * 1000 : null
  /** @type {ConstructorParameters<typeof Problem>[0]} */ let parts = {}
  try {
    const body = await response.json()
    if (body && typeof body === 'object') parts = body
  } catch {
    // not JSON: only the status is known
  }
  return new Problem({ message: `Roomtone answered with status ${response.status}.`, ...parts, status: response.ok ? parts.status : response.status, retry_after })
}
