import { backoff } from './backoff.js'
import { Problem, unreachable } from './problem.js'

/**
 * A *follower* follows a log, and keeps following it through relay restarts, lost networks and sleep. Each technique is in a
 * module of its own (`stream.js`, `polling.js`, `socket.js`); what is here is common to all of them.
 *
 * @typedef {'connecting'|'live'|'reconnecting'|'ended'} SubscriptionState
 * @typedef {{ type: string, cursor: string|null, data: any, seen_at: number }} Frame  seen_at: ms since the epoch, fractional
 * @typedef {{ state: SubscriptionState, reason: string|null, problem: Problem|null, retry_at: number|null }} SubscriptionStatus
 *   reason: why it reconnects (`network`, `silent`, `woken`, or a bye's) or ended (a bye's reason, `refused`, `closed`)
 * @typedef {{ readonly state: SubscriptionState, readonly cursor: string|null, start(): void, close(): void, probe(certain?: boolean): void,
 *             emit?: (event: string, data: unknown) => Promise<any>|null }} Subscription
 *   probe: the world may have changed (tab visible, network back). With `certain`, what is open is surely dead.
 *   emit: where the technique sends events the other way too (null: not at the moment); resolves with the row, rejects with a Problem
 *
 * @typedef {object} Attempt  one attempt at following; what it reports after it was given up has no effect
 * @property {AbortSignal} signal  aborted when it is given up
 * @property {string|null} cursor  where to go on; a technique whose answers say it may set it
 * @property {() => void} alive  something came, be it a sign of life
 * @property {() => void} arrived  the log is being followed, even if it has nothing to say
 * @property {(frame: { type: string, data: any, id: string|null }) => void} frame
 * @property {(milliseconds: number) => void} retry  how long the relay wants it to wait before another attempt
 */

/**
 * What happens to a follower, as a table. An event a state does not know changes nothing.
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

/** Reasons of a bye after which the same log goes on, here or on another relay. */
export const RECONNECT_REASONS = new Set(['relay stopping', 'too slow'])

const WATCH_EVERY = 5_000
const SILENT_AFTER = 40_000 // the relay says at least every 15 s that it is there: two missed and a half
const STALE_AFTER = 20_000 // a tab that becomes visible does not wait for the rest
const STEADY_AFTER = 5_000 // an attempt that lived this long starts the back-off anew

/**
 * @param {object} options
 * @param {(attempt: Attempt) => Promise<void>} options.run  one attempt, until it ends; rejects with a Problem or a network's TypeError
 * @param {(frame: Frame) => void} options.onFrame
 * @param {(following: SubscriptionStatus) => void} options.onState
 * @param {string|null} [options.cursor]  where to go on
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
   * Tries again after a while; `atLeast` comes from the relay.
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

  /** @param {{ type: string, data: any, id: string|null }} frame */
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

  /** @returns {Attempt} @param {AbortController} mine */
  function attemptOf(mine) {
    /** @template T @param {(value: T) => void} action @returns {(value: T) => void} */
    const current = (action) => (value) => {
      if (open === mine) action(value)
    }
    return {
      signal: mine.signal,
      get cursor() {
        return cursor
      },
      set cursor(place) {
        if (open === mine) cursor = place
      },
      alive: () => void (open === mine && (lastSign = Date.now())),
      arrived: () => void (open === mine && arrive()),
      frame: current(take),
      retry: current((milliseconds) => (base = Math.max(100, milliseconds))),
    }
  }

  async function connect() {
    const mine = new AbortController()
    open = mine
    lastSign = Date.now()
    try {
      await run(attemptOf(mine))
      if (open === mine) lose('network')
    } catch (error) {
      if (open !== mine) return // closed on purpose
      if (error instanceof Problem) {
        if (error.passing) lose('network', { problem: error, atLeast: error.retry_after ?? 0 })
        else finish('refused', error)
        return
      }
      // A frame the client cannot read is a bug to be seen, but the log goes on after it.
      if (!(error instanceof TypeError)) console.error('a frame could not be followed', error)
      lose('network', { problem: unreachable() })
    }
  }

  /** A silent attempt, and a clock that jumped because the laptop slept. */
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
    probe(certain = false) {
      if (state === 'ended') return
      if (!open) {
        clearTimeout(timer)
        connect()
      } else if (certain || Date.now() - lastSign > STALE_AFTER) {
        lose('network', { now: true })
      }
    },
  }
}
