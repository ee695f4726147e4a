import { backoff } from './backoff.js'
import { Problem, errorFrom, unreachable } from './problem.js'

/** @import { Json } from './json.js' */

/**
 * A subscription of a log. It reconnects after relay restarts, lost networks and sleep. Each technique has a module of its own
 * (`stream.js`, `polling.js`, `socket.js`); this one has what they share.
 *
 * @typedef {'connecting'|'live'|'reconnecting'|'ended'} SubscriptionState
 * @typedef {{ type: string, cursor: string|null, data: Json, seen_at: number }} Frame  seen_at: ms since the epoch, fractional
 * @typedef {{ state: SubscriptionState, reason: string|null, problem: Problem|null, retry_at: number|null }} SubscriptionStatus
 *   reason: why it reconnects (`network`, `silent`, `woken`, or a bye's) or ended (a bye's reason, `refused`, `closed`)
 * @typedef {{ readonly state: SubscriptionState, readonly cursor: string|null, start(): void, close(): void, probe(dead?: boolean): void,
 *             emit?: (event: string, data: unknown) => Promise<Json>|null }} Subscription
 *   probe: something may have changed (tab visible, network back). With `dead`, the open connection no longer works.
 *   emit: sends an event, if the technique can (null: not at the moment); resolves with the row, rejects with a Problem
 *
 * @typedef {object} Attempt  one connection or request; after it was given up, its reports have no effect
 * @property {AbortSignal} signal  aborted when it is given up
 * @property {string|null} cursor  where to continue; a technique may set it
 * @property {() => void} alive  something was received, for example a comment
 * @property {() => void} arrived  the subscription is live, even if there are no events
 * @property {(frame: { type: string, data: Json, id: string|null }) => void} frame
 * @property {(milliseconds: number) => void} retry  how long the relay asks to wait before another attempt
 */

/**
 * The states of a subscription and the events that change them. Other events change nothing.
 * @type {Record<SubscriptionState, Partial<Record<'arrived'|'lost'|'over', SubscriptionState>>>}
 */
const TRANSITIONS = {
  connecting: { arrived: 'live', lost: 'reconnecting', over: 'ended' },
  live: { lost: 'reconnecting', over: 'ended' },
  reconnecting: { arrived: 'live', lost: 'reconnecting', over: 'ended' },
  ended: {},
}

/** @param {SubscriptionState} state @param {'arrived'|'lost'|'over'} event @returns {SubscriptionState} */
export const transition = (state, event) => TRANSITIONS[state][event] ?? state

/** What fetch and its streams reject with when the connection broke; in Firefox an AbortError when the page is left. @param {unknown} error */
const isOfTheNetwork = (error) => error instanceof TypeError || errorFrom(error).name === 'AbortError'

/** Reasons of a bye after which the same log continues, on this or another relay. */
export const RECONNECT_REASONS = new Set(['relay stopping', 'too slow'])

const WATCH_EVERY = 5_000
const SILENT_AFTER = 40_000 // the relay sends something at least every 15 s
const STALE_AFTER = 20_000 // for a tab that becomes visible again
const STEADY_AFTER = 5_000 // after this time the back-off starts from the beginning

/**
 * @param {object} options
 * @param {(attempt: Attempt) => Promise<void>} options.run  one attempt, until it ends; rejects with a Problem or the network's error
 * @param {(frame: Frame) => void} options.onFrame
 * @param {(following: SubscriptionStatus) => void} options.onState
 * @param {string|null} [options.cursor]  where to continue
 * @param {number} [options.silentAfter]  milliseconds
 * @returns {Subscription}
 */
export function createSubscription({ run, onFrame, onState, cursor = null, silentAfter = SILENT_AFTER }) {
  /** @type {SubscriptionState} */ let state = 'connecting'
  let tries = 0
  let base = 1000
  /** @type {AbortController|null} */ let open = null // the AbortController of the attempt under way
  /** @type {ReturnType<typeof setTimeout>|undefined} */ let timer
  /** @type {ReturnType<typeof setInterval>|undefined} */ let watch
  let lastSign = 0
  let lastTick = 0
  let liveSince = 0

  /** @param {'arrived'|'lost'|'over'} event @param {Partial<SubscriptionStatus>} [about] */
  function move(event, { reason = null, problem = null, retry_at = null } = {}) {
    const next = transition(state, event)
    if (state === 'ended') return
    state = next
    onState({ state, reason, problem, retry_at })
  }

  function giveUp() {
    const old = open
    open = null
    old?.abort()
  }

  /** @param {string} reason @param {Problem|null} [problem] */
  function finish(reason, problem = null) {
    clearTimeout(timer)
    clearInterval(watch)
    timer = watch = undefined
    giveUp()
    move('over', { reason, problem })
  }

  /**
   * Tries again later; the relay may ask for a delay of `atLeast` ms.
   * @param {string} reason @param {{ problem?: Problem|null, atLeast?: number, now?: boolean }} [how]
   */
  function lose(reason, { problem = null, atLeast = 0, now = false } = {}) {
    if (state === 'ended') return
    if (liveSince && Date.now() - liveSince > STEADY_AFTER) tries = 0
    liveSince = 0
    giveUp()
    clearTimeout(timer)
    const delay = now ? 0 : Math.max(atLeast, backoff(tries, { base }))
    tries += 1
    move('lost', { reason, problem, retry_at: performance.now() + delay })
    timer = setTimeout(connect, delay)
  }

  function arrive() {
    if (state === 'live') return
    liveSince = Date.now()
    move('arrived')
  }

  /** @param {{ type: string, data: Json, id: string|null }} frame */
  function take({ type, data, id }) {
    if (id !== null) cursor = id
    if (type === 'bye') {
      const { reason, retry = 0 } = data
      if (RECONNECT_REASONS.has(reason)) lose(reason, { atLeast: retry })
      else finish(reason)
      return
    }
    arrive()
    onFrame({ type, cursor: id, data, seen_at: performance.timeOrigin + performance.now() })
  }

  /** @returns {Attempt} @param {AbortController} controller */
  function attemptOf(controller) {
    /** @template T @param {(value: T) => void} action @returns {(value: T) => void} */
    const current = (action) => (value) => {
      if (open === controller) action(value)
    }
    return {
      signal: controller.signal,
      get cursor() {
        return cursor
      },
      set cursor(place) {
        if (open === controller) cursor = place
      },
      alive: () => void (open === controller && (lastSign = Date.now())),
      arrived: () => void (open === controller && arrive()),
      frame: current(take),
      retry: current((milliseconds) => (base = Math.max(100, milliseconds))),
    }
  }

  async function connect() {
    const controller = new AbortController()
    open = controller
    lastSign = Date.now()
    try {
      await run(attemptOf(controller))
      if (open === controller) lose('network')
    } catch (error) {
      if (open !== controller) return // closed by us
      if (error instanceof Problem) {
        if (error.temporary) lose('network', { problem: error, atLeast: error.retry_after ?? 0 })
        else finish('refused', error)
        return
      }
      // A frame that cannot be read is a bug and is reported; the subscription continues after it.
      if (!isOfTheNetwork(error)) console.error('a frame could not be read', error)
      lose('network', { problem: unreachable() })
    }
  }

  /** Notices an attempt that receives nothing, and a sleep of the laptop by a jump of the clock. */
  function look() {
    const now = Date.now()
    const slept = now - lastTick > WATCH_EVERY + STALE_AFTER
    lastTick = now
    if (!open) return
    if (slept && now - lastSign > STALE_AFTER) lose('woken', { now: true })
    else if (now - lastSign > silentAfter) lose('silent', { now: true })
  }

  return {
    get state() {
      return state
    },
    get cursor() {
      return cursor
    },
    start() {
      lastTick = Date.now()
      watch = setInterval(look, Math.min(WATCH_EVERY, silentAfter / 2))
      onState({ state, reason: null, problem: null, retry_at: null })
      connect()
    },
    close() {
      if (state !== 'ended') finish('closed')
    },
    probe(dead = false) {
      if (state === 'ended') return
      if (!open) {
        clearTimeout(timer)
        connect()
      } else if (dead || Date.now() - lastSign > STALE_AFTER) {
        lose('network', { now: true })
      }
    },
  }
}
