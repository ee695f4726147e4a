import { HALLWAY } from '../addresses.js'
import { createStreamSlots } from './stream_slots.js'
import { createPolling, leaveReason } from './polling.js'
import { createSocket } from './socket.js'
import { createStream } from './stream.js'
import { chooseTechnique } from './fallback.js'
import { PREFER_QUIET_REFUSAL, isRefusal } from './problem.js'
import { createSwitching } from './switching.js'

/** @import { TechniqueName } from './fallback.js' */

const EVERY = 1000 // milliseconds between polls; much less than the grace period of a seat
const WAIT = 25 // seconds; many proxies end a request after 60 s without data

/**
 * How each technique subscribes to what is at `path`, the hallway or a room; `query` has the `peer_id`.
 *
 * @typedef {{ fetch: typeof window.fetch, connect: (url: string) => WebSocket }} Session
 * @typedef {Pick<Parameters<typeof import('./subscription.js').createSubscription>[0], 'onFrame'|'onState'|'cursor'>} Listeners
 * @type {Record<TechniqueName, (session: Session, options: { path: string, query: string } & Listeners) => import('./subscription.js').Subscription>}
 */
const TECHNIQUES = {
  sse: ({ fetch }, { path, query, ...options }) => createStream({ ...options, fetch, url: `${path}/events${query}` }),
  poll: ({ fetch }, { path, query, ...options }) =>
    createPolling({ ...options, fetch, url: `${path}/events${query}`, every: EVERY, hallwayToo: path !== HALLWAY }),
  longpoll: ({ fetch }, { path, query, ...options }) =>
    createPolling({ ...options, fetch, url: `${path}/events${query}`, wait: WAIT, hallwayToo: path !== HALLWAY }),
  websocket: ({ connect }, { path, query, ...options }) => createSocket({ ...options, connect, url: `${path}/socket${query}` }),
}

/**
 * The technique of this tab: that of the address (`?via=sse|poll|longpoll|websocket`); otherwise database-driven push, or a WebSocket if
 * other tabs have all slots (stream_slots.js), or one that works where these do not (fallback.js). People in one room may use different
 * techniques.
 *
 * @param {object} options
 * @param {Session} options.session
 * @param {(name: TechniqueName) => void} [options.onFallback]  the tab uses this technique now, because another does not work here
 * @param {string} [options.search]  the address's query
 * @param {ReturnType<typeof createStreamSlots>} [options.slots]
 */
export function createTechnique({ session, onFallback = () => {}, search = window.location.search, slots = createStreamSlots() }) {
  const via = new URLSearchParams(search).get('via') ?? ''
  const wanted = Object.hasOwn(TECHNIQUES, via) ? /** @type {TechniqueName} */ (via) : null
  /** @type {Set<TechniqueName>} */ const failed = new Set()
  /** @type {TechniqueName|null} */ let name = wanted

  /** @param {boolean} hasSlot */
  function choose(hasSlot) {
    const before = name
    name = wanted ?? chooseTechnique({ hasSlot, failed })
    if (failed.size && name !== before) onFallback(name)
    return name
  }

  /** @param {string} url @param {AbortSignal} signal */
  async function isAnswered(url, signal) {
    try {
      const response = await session.fetch(url, { headers: { Accept: 'application/json', Prefer: PREFER_QUIET_REFUSAL }, cache: 'no-store', signal })
      return !isRefusal(response)
    } catch {
      return false
    }
  }

  return {
    /** The technique in use; null while it is not known yet. */
    get name() {
      return name
    },

    /** Why a session lost its seat. @param {{ path: string, peer_id: string }} lost */
    leaveReason: (lost) => leaveReason({ fetch: session.fetch, ...lost }),

    /**
     * @param {{ path: string, peer_id?: string, onFrame: (frame: import('./subscription.js').Frame) => void,
     *           onState: (status: import('./subscription.js').SubscriptionStatus) => void }} options
     * @returns {import('./subscription.js').Subscription} ends by `close`, or when the relay ends it
     */
    subscribe({ path, peer_id, onFrame, onState }) {
      const query = peer_id ? `?peer_id=${peer_id}` : ''
      /** @type {Promise<boolean>|null} */ let slot = null
      const ways = {
        async choose() {
          if (wanted !== 'websocket') slot ??= slots.take()
          return choose((await slot) ?? false)
        },
        /** @type {import('./switching.js').Ways['make']} */
        make: (chosen, listeners) => TECHNIQUES[chosen](session, { path, query, ...listeners }),
        isAnswered: wanted ? null : (/** @type {AbortSignal} */ signal) => isAnswered(`${path}/events${query}`, signal),
        fail: (/** @type {TechniqueName} */ broken) => void failed.add(broken),
        onEnd: () => void (slot && slots.release()),
      }
      return createSwitching(ways, { onFrame, onState })
    },
  }
}
