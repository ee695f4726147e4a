import { problemOf, unreachable } from './problem.js'

/**
 * The relay's ICE servers. TURN credentials lapse, so they are fetched anew once half their life is over.
 *
 * @param {{ fetch: typeof window.fetch, url?: string }} options
 * @returns {{ get(): Promise<RTCConfiguration>, readonly current: RTCConfiguration }}
 *   get rejects with a Problem; `current` is the last answer (before any: no servers, which is enough on one network)
 */
export function createIce({ fetch, url = '/ice' }) {
  /** @type {RTCConfiguration} */ let current = { iceServers: [] }
  let freshUntil = -Infinity
  /** @type {Promise<RTCConfiguration>|null} */ let asking = null

  async function ask() {
    let response
    try {
      response = await fetch(url, { headers: { Accept: 'application/json' }, cache: 'no-store' })
    } catch {
      throw unreachable()
    }
    if (!response.ok) throw await problemOf(response)
    const { ttl, ...configuration } = await response.json()
    current = configuration
    freshUntil = performance.now() + (ttl ?? 3600) * 500
    return current
  }

  return {
    get current() {
      return current
    },
    get() {
      if (performance.now() < freshUntil) return Promise.resolve(current)
      asking ??= ask().finally(() => (asking = null))
      return asking
    },
  }
}
