import { createStreamSlots } from './stream_slots.js'
import { createPolling, leaveReason } from './polling.js'
import { createSocket } from './socket.js'
import { createStream } from './stream.js'

const EVERY = 1000 // milliseconds between polls; well within the grace that a seat has
const WAIT = 25 // seconds; proxies give up on a silent request after 60

/**
 * How each technique follows what is at `path`, the hallway or a room; `query` says on which seat.
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
 * How this tab follows: as the address asks (`?via=sse|poll|longpoll|websocket`), else by database-driven push, or by WebSocket where
 * other tabs have taken the slots that may be taken (`slots.js`). In one room people may be on different techniques.
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
     * @returns {import('./subscription.js').Subscription} closed for good by `close`, or by its end
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
        probe: (certain) => subscription?.probe(certain),
        emit: (event, data) => subscription?.emit?.(event, data) ?? null,
      }
    },
  }
}
