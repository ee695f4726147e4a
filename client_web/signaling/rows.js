import { ROWS } from '../addresses.js'
import { Problem, PREFER_QUIET_REFUSAL, isRefusal, problemOf, unreachable, wholeBody } from './problem.js'

/** @import { Json } from './json.js' */

/**
 * Rows over HTTP, in PostgREST's conventions. Every write of the client is one of these calls.
 *
 * @typedef {Record<string, Json>} Row  as JSON
 * @typedef {Record<string, string|number>} Params  PostgREST's query: `{ room_id: 'eq.7', select: 'id,name', order: 'id' }`
 * @typedef {{ method: string, table: string, rows: Row[] }} Write  a write about to be sent
 * @typedef {{ answered(status: number, problem: Problem|null, stored?: Json): void }} Watched  stored: the rows, if they were asked for
 */

const WORDS = { POST: 'INSERT', PATCH: 'UPDATE', DELETE: 'DELETE' }

/**
 * @param {object} options
 * @param {typeof window.fetch} options.fetch      as the tab's user (session.js)
 * @param {string} [options.base]           path of the tables
 * @param {(write: Write) => Watched} [options.watch]  called for every write and its answer: the inspector
 */
export function createRows({ fetch, base = ROWS, watch }) {
  /** @param {string} method @param {string} path @param {{params?: Params, body?: unknown, prefer?: string[], keepalive?: boolean}} options */
  async function request(method, path, { params = {}, body, prefer = [], keepalive = false }) {
    const query = new URLSearchParams(Object.entries(params).map(([name, value]) => [name, String(value)])).toString()
    /** @type {Record<string, string>} */ const headers = { Accept: 'application/json' }
    if (body !== undefined) headers['Content-Type'] = 'application/json'
    if (prefer.length) headers.Prefer = prefer.join(', ')
    let response
    try {
      response = await fetch(`${base}/${path}${query ? `?${query}` : ''}`, {
        method,
        headers,
        keepalive,
        body: body === undefined ? undefined : JSON.stringify(body),
      })
    } catch {
      throw unreachable()
    }
    if (isRefusal(response)) throw await problemOf(response)
    const text = await wholeBody(response.text())
    return { status: response.status, value: text ? JSON.parse(text) : null, range: response.headers.get('Content-Range') }
  }

  /**
   * Reports a write to `watch`, however it is sent.
   * @param {Write} what @param {() => Promise<{ status: number, value: Json }>} send
   */
  async function reported(what, send) {
    const watched = watch?.(what)
    try {
      const { status, value } = await send()
      watched?.answered(status, null, value)
      return value
    } catch (error) {
      watched?.answered(error instanceof Problem ? error.status : 0, error instanceof Problem ? error : null)
      throw error
    }
  }

  /**
   * @param {string} word
   * @param {string} method
   * @param {string} path
   * @param {{ params?: Params, body?: unknown, prefer?: string[], keepalive?: boolean }} options
   */
  function write(word, method, path, options) {
    const { body } = options
    const rows = body === undefined ? [] : [/** @type {Json} */ (body)].flat()
    return reported({ method: word, table: path.replace(/^rpc\//, ''), rows }, () => request(method, path, options))
  }

  /** @param {boolean} wanted */
  const returning = (wanted) => [wanted ? 'return=representation' : 'return=minimal']

  return {
    reported,

    /** @param {string} table @param {Params} [params] @returns {Promise<Row[]>} */
    async select(table, params = {}) {
      return (await request('GET', table, { params })).value
    },

    /** How many rows there are. @param {string} table @param {Params} params */
    async count(table, params) {
      const { range } = await request('GET', table, { params: { ...params, select: 'id', limit: 1 }, prefer: ['count=exact'] })
      return Number(/\d+$/u.exec(range ?? '')?.[0] ?? 0)
    },

    /** @param {string} table @param {Row|Row[]} rows @returns {Promise<Row[]|null>} the rows as stored, if asked for */
    insert(table, rows, { representation = true, keepalive = false, quiet = false } = {}) {
      const prefer = [...returning(representation), ...(quiet ? [PREFER_QUIET_REFUSAL] : [])]
      return write(WORDS.POST, 'POST', table, { body: rows, prefer, keepalive })
    },

    /** Insert, or change the row that is there already. @param {string} table @param {Row|Row[]} rows @param {{on_conflict?: string, representation?: boolean}} [options] */
    upsert(table, rows, { on_conflict, representation = true } = {}) {
      return write('UPSERT', 'POST', table, {
        body: rows,
        params: on_conflict ? { on_conflict } : {},
        prefer: ['resolution=merge-duplicates', ...returning(representation)],
      })
    },

    /** @param {string} table @param {Row} change @param {Params} filters at least one, or the relay refuses */
    update(table, change, filters, { representation = true } = {}) {
      return write(WORDS.PATCH, 'PATCH', table, { body: change, params: filters, prefer: returning(representation) })
    },

    /** @param {string} table @param {Params} filters at least one, or the relay refuses */
    remove(table, filters, { representation = false, keepalive = false } = {}) {
      return write(WORDS.DELETE, 'DELETE', table, { params: filters, prefer: returning(representation), keepalive })
    },

    /** Calls a function of the database. @param {string} name @param {Row} [args] */
    rpc(name, args = {}, { keepalive = false } = {}) {
      return write('CALL', 'POST', `rpc/${name}`, { body: args, keepalive })
    },
  }
}
