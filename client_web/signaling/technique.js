import { createStreamSlots } from './stream_slots.js'
import { createPolling, leaveReason } from './polling.js'
import { createSocket } from './socket.js'
import { createStream } from './stream.js'

const EVERY = 1000 // milliseconds between polls; much less than the grace period of a seat
const WAIT = 25 // seconds; many proxies end a request after 60 s without data

/**
 * How each technique subscribes to what is at `path`, the hallway or a room; `query` has the `peer_id`.
 *
 * @typedef {{ fetch: typeof window.fetch, connect: (url: string) => WebSocket }} Session
 * @typedef {Pick<Parameters<typeof import('./subscription.js').createSubscription>[0], 'onFrame'|'onState'>} Listeners
 * @type {Record<string, (session: Session, options: { path: string, query: string } & Listeners) => import('./subscription.js').Subscription>}
 */
const TECHNIQUES = {
  sse: ({ fetch }, { path, query, ...options }) => createStream({ ...options, fetch, url: `${path}/events${query}` }),
  poll: ({ fetch }, { path, query, ...options }) =>
    createPolling({ ...options, fetch, url: `${path}/events${query}`, every: EVERY, hallwayToo: path !== '/hallway' }),
  longpoll: ({ fetch }, { path, query, ...options }) =>
    createPolling({ ...options, fetch, url: `${path}/events${query}`, wait: WAIT, hallwayToo: path !== '/hallway' }),
  websocket: ({ connect }, { path, query, ...options }) => createSocket({ ...options, connect, url: `${path}/socket${query}` }),
}

/**
 * The technique of this tab: that of the address (`?via=sse|poll|longpoll|websocket`), otherwise database-driven push, or a WebSocket if
 * other tabs have all slots (stream_slots.js). People in one room may use different techniques.
 *
 * @param {object} options
 * @param {Session} options.session
 * @param {string} [options.search]  the address's query
 * @param {ReturnType<typeof createStreamSlots>} [options.slots]
 */
export function createTechnique({ session, search = window.location.search, slots = createStreamSlots() }) {
  const via = new URLSearchParams(search).get('via')
  const wanted = Object.hasOwn(TECHNIQUES, via ?? '') ? via : null
  /** @type {string|null} */ let name = wanted

  async function choose() {
    const slot = wanted !== 'websocket' && (await slots.take())
    name = wanted ?? (slot ? 'sse' : 'websocket')
    return name
  }

  return {
    /** The technique in use; null while it is not known yet. */
    get name() {
      return name
    },

    /** Why a session lost its seat. @param {{ path: string, peer_id: string, cursor: string|null }} lost */
    leaveReason: (lost) => leaveReason({ fetch: session.fetch, ...lost }),

    /**
     * @param {{ path: string, peer_id?: string, onFrame: (frame: import('./subscription.js').Frame) => void,
     *           onState: (status: import('./subscription.js').SubscriptionStatus) => void }} options
     * @returns {import('./subscription.js').Subscription} ends by `close`, or when the relay ends it
     */
    subscribe({ path, peer_id, onFrame, onState }) {
      const query = peer_id ? `?peer_id=${peer_id}` : ''
      /** @type {import('./subscription.js').Subscription|null} */ let subscription = null
      let over = false

      function finish() {
        if (over) return
        over = true
        if (wanted !== 'websocket') slots.release()
      }

      /** @param {import('./subscription.js').SubscriptionStatus} status */
      function watch(status) {
        if (status.state === 'ended') finish()
        onState(status)
      }

      return {
        get state() {
          return subscription?.state ?? (over ? 'ended' : 'connecting')
        },
        get cursor() {
          return subscription?.cursor ?? null
        },
        start() {
          choose().then((chosen) => {
            if (over) return
            const made = TECHNIQUES[chosen](session, { path, query, onFrame, onState: watch })
            subscription = made
            made.start()
          })
        },
        close() {
          if (subscription) subscription.close()
          else finish()
        },
        probe: (dead) => subscription?.probe(dead),
        emit: (event, data) => subscription?.emit?.(event, data) ?? null,
      }
    },
  }
}
