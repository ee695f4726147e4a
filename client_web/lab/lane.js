import { addressOf, ROWS, SESSION } from '../addresses.js'
import { instant } from '../room/clock.js'
import { createRows } from '../signaling/rows.js'
import { createPolling } from '../signaling/polling.js'
import { createSocket } from '../signaling/socket.js'
import { createStream } from '../signaling/stream.js'
import { createRequestCounter } from './request_counter.js'

/** @import { Json } from '../signaling/json.js' */

const WAIT = 25 // seconds
const KEPT = 200 // latencies, for the median

/**
 * How each technique subscribes to a room's log, with the product's own modules.
 * @typedef {Omit<Parameters<typeof import('../signaling/subscription.js').createSubscription>[0], 'run'>} SubscriptionOptions
 * @typedef {{ counter: ReturnType<typeof createRequestCounter>, token: string, address: (resource: string) => string, every: number }} Transport
 * @type {Record<string, (transport: Transport, options: SubscriptionOptions) => import('../signaling/subscription.js').Subscription>}
 */
const SUBSCRIBE = {
  sse: ({ counter, address }, options) => createStream({ ...options, fetch: counter.fetch, url: address('events') }),
  polling: ({ counter, address, every }, options) => createPolling({ ...options, fetch: counter.fetch, url: address('events'), every, hallwayToo: true }),
  'long-polling': ({ counter, address }, options) => createPolling({ ...options, fetch: counter.fetch, url: address('events'), wait: WAIT, hallwayToo: true }),
  websocket: ({ counter, address, token }, options) =>
    createSocket({
      ...options,
      url: address('socket'),
      connect: (url) => counter.connect(url, (path) => new WebSocket(new URL(path, location.href.replace(/^http/, 'ws')), ['roomtone', `bearer.${token}`])),
    }),
}

/**
 * One lane: a participant of its own in the room, with a subscription by one technique.
 *
 * @typedef {{ name: 'sse'|'polling'|'long-polling'|'websocket', username: string, state: string, problem: Error|null, counted: import('./request_counter.js').Counted, begun: number, every: number, latency: number|null, median: number|null, seat: Json, next_at: number|null }} LaneState
 * @param {object} options
 * @param {'sse'|'polling'|'long-polling'|'websocket'} options.name
 * @param {string} options.username
 * @param {ReturnType<typeof import('../room/clock.js').createClock>} options.clock
 * @param {(lane: string, event: object, ms: number) => void} options.onEvent  an event arrived, so many ms after its commit
 * @param {() => void} options.onChange
 */
export function createLane({ name, username, clock, onEvent, onChange }) {
  let token = ''
  /** @type {{ id: number }|null} */ let user = null
  /** @type {Json} the row */ let seat = null
  /** @type {number|null} */ let room = null
  let every = 1000
  /** @type {import('../signaling/subscription.js').Subscription|null} */ let subscription = null
  /** @type {number[]} */ let latencies = []
  let begun = performance.now()
  /** @type {number|null} */ let answered = null // when the last poll was answered
  let news = false
  const state = { state: 'idle', problem: /** @type {Error|null} */ (null) }

  /** @param {RequestInfo|URL} url @param {RequestInit} [init] */
  const authorized = (url, init = {}) => {
    const headers = new Headers(init.headers)
    headers.set('Authorization', `Bearer ${token}`)
    return fetch(url, { ...init, headers, credentials: 'omit' })
  }
  const counter = createRequestCounter({ fetch: asking, onChange })
  const rows = createRows({ fetch: authorized })

  /** Counts empty answers. @param {RequestInfo|URL} url @param {RequestInit} [init] */
  async function asking(url, init) {
    const response = await authorized(url, init)
    if (!response.ok || !(response.headers.get('content-type') ?? '').startsWith('application/json')) return response
    const answer = await response.clone().json()
    answered = performance.now()
    news = Boolean(answer.snapshot || answer.events.length || answer.hallway?.length || answer.bye)
    if (!news) counter.empty()
    return response
  }

  function frame(/** @type {import('../signaling/subscription.js').Frame} */ { data, seen_at }) {
    if (!Number.isInteger(data.seq)) return // not an event of the room's log
    if (data.table === 'participants' && data.record?.user_id === user?.id) seat = { ...seat, ...data.record }
    const ms = Math.max(0, seen_at - instant(data.commit_timestamp) + clock.skew)
    latencies = [...latencies, ms].slice(-KEPT)
    onEvent(name, data, ms)
    onChange()
  }

  function subscribe(/** @type {string|null} */ cursor = null) {
    begun = performance.now()
    const address = (/** @type {string} */ resource) => `${addressOf(Number(room))}/${resource}?peer_id=${seat.peer_id}`
    const started = SUBSCRIBE[name]({ counter, token, address, every }, {
      cursor,
      onFrame: frame,
      onState({ state: now, problem }) {
        Object.assign(state, { state: now, problem })
        onChange()
      },
    })
    subscription = started
    started.start()
  }

  return {
    name,
    rows,
    fetch: authorized,
    /** @returns {LaneState} */
    get state() {
      const ranked = [...latencies].sort((a, b) => a - b)
      return {
        name,
        username,
        ...state,
        begun,
        counted: counter.counted,
        latency: latencies.at(-1) ?? null,
        median: ranked.length ? (ranked[Math.floor((ranked.length - 1) / 2)] + ranked[Math.floor(ranked.length / 2)]) / 2 : null,
        seat,
        next_at: name === 'polling' && answered !== null ? answered + every : null,
        every,
      }
    },

    /** Signs in this lane's own user; the page's user does not change. */
    async signIn() {
      const response = await fetch(SESSION, {
        method: 'POST',
        credentials: 'omit',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ username }),
      })
      const answer = await response.json()
      if (!response.ok) throw Object.assign(new Error(answer.message ?? String(response.status)), answer)
      ;({ token, user } = answer)
    },

    /** @param {number} room_id @param {string|null} role */
    async join(room_id, role) {
      const before = Date.now()
      seat = await rows.rpc('join_room', role ? { room_id, role } : { room_id })
      clock.compare(instant(seat.join_date), before, Date.now() + 1)
      room = room_id
      subscribe()
    },

    async leave() {
      subscription?.close()
      subscription = null
      if (room !== null) await rows.rpc('leave_room', { room_id: room, peer_id: seat.peer_id }).catch(() => {})
      room = seat = null
    },

    /** The page closes: no answer can be awaited. */
    leaveAtOnce() {
      subscription?.close()
      if (room === null) return
      const body = JSON.stringify({ room_id: room, peer_id: seat.peer_id })
      authorized(`${ROWS}/rpc/leave_room`, { method: 'POST', keepalive: true, headers: { 'Content-Type': 'application/json' }, body }).catch(() => {})
    },

    /** Sets the interval of polling, in ms. Continues at the present cursor. @param {number} milliseconds */
    pace(milliseconds) {
      if (every === milliseconds) return
      every = milliseconds
      if (name !== 'polling' || !subscription) return
      const { cursor } = subscription
      subscription.close()
      subscribe(cursor)
    },

    /**
     * Changes something that everybody in the room sees: the microphone, or the hand of a listener.
     * @param {ReturnType<typeof createRows>} through  the rows as this lane's user, with the requests counted
     */
    causeEvent(through) {
      const { room_id, user_id, role, muted, hand_raised_at } = seat
      if (role === 'AUDIENCE') return through.rpc(hand_raised_at ? 'lower_hand' : 'raise_hand', { room_id })
      return through.update('participants', { muted: !muted }, { room_id: `eq.${room_id}`, user_id: `eq.${user_id}` })
    },
  }
}
