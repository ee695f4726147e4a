import { backoff } from './backoff.js'
import { createFrames } from './frames.js'
import { Problem, problemOf, unreachable } from './problem.js'

/**
 * Follows a log by database-driven push (Server-Sent Events), and keeps following it through relay restarts, lost networks and sleep.
 *
 * The stream is read with `fetch` and not with `EventSource`, for four things `EventSource` cannot do: send the tab's own Bearer
 * token, see the status and the problem of a refusal, survive a 5xx, and see the relay's comments (a line that brings none is dead,
 * though TCP will not say so for minutes). `Last-Event-ID` and `retry:` mean what the standard says, so `EventSource` and `curl -N`
 * read the same resource.
 *
 * This is one *follower*. Polling, long-polling and WebSocket followers give the same object and call the same two functions:
 *
 * @typedef {'connecting'|'live'|'reconnecting'|'ended'} FollowerState
 * @typedef {{ type: string, cursor: string|null, data: any, seen_at: number }} Frame  seen_at: ms since the epoch, fractional
 * @typedef {{ state: FollowerState, reason: string|null, problem: Problem|null, retry_at: number|null }} Following
 *   reason: why it reconnects (`network`, `silent`, `woken`, or a bye's) or ended (a bye's reason, `refused`, `closed`)
 * @typedef {{ readonly state: FollowerState, readonly cursor: string|null, start(): void, close(): void, probe(certain?: boolean): void }} Follower
 *   probe: the world may have changed (tab visible, network back). With `certain`, what is open is surely dead.
 */

/** What happens to a follower, as a table. An event a state does not know changes nothing. */
const TRANSITIONS = {
  connecting: { arrived: 'live', lost: 'reconnecting', over: 'ended' },
  live: { lost: 'reconnecting', over: 'ended' },
  reconnecting: { arrived: 'live', lost: 'reconnecting', over: 'ended' },
  ended: {},
}

/** @param {FollowerState} state @param {'arrived'|'lost'|'over'} event @returns {FollowerState} */
export const transition = (state, event) => TRANSITIONS[state][event] ?? state

/** A bye that is no farewell: the same log goes on, here or on another relay. */
const COMING_BACK = new Set(['relay stopping', 'too slow'])

const WATCH_EVERY = 5_000
const SILENT_AFTER = 40_000 // the relay writes at least a comment every 15 s: two missed and a half
const STALE_AFTER = 20_000 // a tab that becomes visible does not wait for the rest
const STEADY_AFTER = 5_000 // a stream that lived this long starts the back-off anew

/**
 * @param {object} options
 * @param {string} options.url
 * @param {typeof fetch} options.fetch
 * @param {(frame: Frame) => void} options.onFrame
 * @param {(following: Following) => void} options.onState
 * @param {string|null} [options.cursor]  where to go on
 * @returns {Follower}
 */
export function createStream({ url, fetch, onFrame, onState, cursor = null, silentAfter = SILENT_AFTER }) {
  /** @type {FollowerState} */ let state = 'connecting'
  let attempt = 0
  let base = 1000
  let open = null // the AbortController of the request under way
  let timer = null
  let watch = null
  let lastByte = 0
  let lastTick = 0
  let liveSince = 0

  function move(event, { reason = null, problem = null, retry_at = null } = {}) {
    const next = transition(state, event)
    if (state === 'ended') return
    state = next
    onState({ state, reason, problem, retry_at })
  }

  function stop() {
    clearTimeout(timer)
    clearInterval(watch)
    timer = watch = null
    open?.abort()
    open = null
  }

  function finish(reason, problem = null) {
    stop()
    move('over', { reason, problem })
  }

  /** Tries again after a while; `at least` comes from the relay. */
  function lose(reason, { problem = null, atLeast = 0, now = false } = {}) {
    if (state === 'ended') return
    if (liveSince && Date.now() - liveSince > STEADY_AFTER) attempt = 0
    liveSince = 0
    open?.abort()
    open = null
    clearTimeout(timer)
    const delay = now ? 0 : Math.max(atLeast, backoff(attempt, { base }))
    attempt += 1
    move('lost', { reason, problem, retry_at: performance.now() + delay })
    timer = setTimeout(connect, delay)
  }

  function frame({ type, data, id }) {
    if (id !== null) cursor = id
    const value = JSON.parse(data)
    if (type === 'bye') {
      const { reason, retry = 0 } = value
      if (COMING_BACK.has(reason)) lose(reason, { atLeast: retry })
      else finish(reason)
      return
    }
    if (state !== 'live') {
      liveSince = Date.now()
      move('arrived')
    }
    onFrame({ type, cursor: id, data: value, seen_at: performance.timeOrigin + performance.now() })
  }

  async function connect() {
    const mine = new AbortController()
    open = mine
    lastByte = Date.now()
    const headers = { Accept: 'text/event-stream' }
    if (cursor) headers['Last-Event-ID'] = cursor
    try {
      const response = await fetch(url, { headers, cache: 'no-store', signal: mine.signal })
      if (!response.ok) {
        const problem = await problemOf(response)
        if (open !== mine) return
        if (problem.passing || response.status === 408) lose('network', { problem, atLeast: problem.retry_after ?? 0 })
        else finish('refused', problem)
        return
      }
      const frames = createFrames({ onFrame: (each) => open === mine && frame(each), onRetry: (ms) => (base = Math.max(100, ms)) })
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
      for (;;) {
        const { done, value } = await reader.read()
        if (open !== mine) return
        if (done) break
        lastByte = Date.now()
        frames.push(value)
      }
      if (open === mine) lose('network')
    } catch (error) {
      if (open !== mine) return // closed on purpose
      // A frame the client cannot read is a bug to be seen, but the log goes on after it.
      if (!(error instanceof TypeError)) console.error('a frame could not be followed', error)
      lose('network', { problem: unreachable() })
    }
  }

  /** A silent line, and a clock that jumped because the laptop slept. */
  function look() {
    const now = Date.now()
    const slept = now - lastTick > WATCH_EVERY + STALE_AFTER
    lastTick = now
    if (!open) return
    if (slept && now - lastByte > STALE_AFTER) lose('woken', { now: true })
    else if (now - lastByte > silentAfter) lose('silent', { now: true })
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
      } else if (certain || Date.now() - lastByte > STALE_AFTER) {
        lose('network', { now: true })
      }
    },
  }
}
