import { ICE } from '../addresses.js'
import { problemOf, unreachable, wholeBody } from './problem.js'

const AGAIN_AFTER = 60_000 // ms, after a failure
const LONGEST = 86_400_000 // ms; a timer takes no more than 24 days

/**
 * The relay's ICE servers. TURN credentials expire, so from `get` until `close` they are fetched again at half their
 * lifetime: new connections use `current` without waiting. Measured by the system's clock, which goes on while a laptop sleeps.
 *
 * @param {{ fetch: typeof window.fetch, url?: string, setTimer?: (run: () => void, ms: number) => number }} options
 * @returns {{ get(): Promise<RTCConfiguration>, readonly current: RTCConfiguration, close(): void }}
 *   get rejects with a Problem as long as nothing is known; after that, what was known stays. `current` is the last answer; before any it
 *   allows no connection, because the answer may be that only TURN may be used.
 */
export function createIce({ fetch, url = ICE, setTimer = (run, ms) => window.setTimeout(run, ms) }) {
  /** @type {RTCConfiguration} */ let current = { iceServers: [], iceTransportPolicy: 'relay' }
  let known = false
  let freshUntil = -Infinity
  let closed = false
  let timer = 0
  /** @type {Promise<RTCConfiguration>|null} */ let asking = null

  async function ask() {
    let response
    try {
      response = await fetch(url, { headers: { Accept: 'application/json' }, cache: 'no-store' })
    } catch {
      throw unreachable()
    }
    if (!response.ok) throw await problemOf(response)
    const { ttl, ...configuration } = await wholeBody(response.json())
    current = configuration
    known = true
    const half = (ttl ?? 3600) * 500
    freshUntil = Date.now() + half
    renewIn(half)
    return current
  }

  /** @param {number} ms */
  function renewIn(ms) {
    clearTimeout(timer)
    if (!closed) timer = setTimer(() => void renew().catch(() => renewIn(AGAIN_AFTER)), Math.min(ms, LONGEST))
  }

  function renew() {
    asking ??= ask().finally(() => (asking = null))
    return asking
  }

  return {
    get current() {
      return current
    },
    async get() {
      closed = false
      const left = freshUntil - Date.now()
      if (left > 0) {
        renewIn(left)
        return current
      }
      try {
        return await renew()
      } catch (problem) {
        if (known) return current
        throw problem
      }
    },
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}
