import { createSubscription } from './subscription.js'
import { Problem, unreachable } from './problem.js'

/** @import { Json } from './json.js' */

const ANSWERED_WITHIN = 15_000 // milliseconds
const RELAY_STOPPING = 1012 // RFC 6455's registry: service restart

/**
 * A subscription by WebSocket, which also sends events: the article's `user-joined-room`, `user-left-room` and `signal`. Each is
 * acknowledged with the row or the problem.
 *
 * @param {{ url: string, connect: (url: string) => WebSocket } & Omit<Parameters<typeof createSubscription>[0], 'run'>} options
 * @returns {import('./subscription.js').Subscription}
 */
export function createSocket({ url, connect, ...options }) {
  /** @type {WebSocket|null} */ let socket = null
  /** @type {Map<number, { resolve: (row: Json) => void, reject: (problem: Problem) => void, timer: number }>} */
  const unanswered = new Map()
  let last = 0

  /** @param {number} id @param {{ data?: Json, problem?: Json }} answer */
  function settle(id, { data, problem }) {
    const waiting = unanswered.get(id)
    if (!waiting) return
    unanswered.delete(id)
    clearTimeout(waiting.timer)
    if (problem) waiting.reject(problem instanceof Problem ? problem : new Problem(problem))
    else waiting.resolve(data)
  }

  /** @param {WebSocket} made */
  function abandon(made) {
    if (socket !== made) return
    socket = null
    for (const id of [...unanswered.keys()]) settle(id, { problem: unreachable() })
  }

  /**
   * The relay's messages by name; all others are frames.
   * @type {Record<string, (attempt: import('./subscription.js').Attempt, message: Json) => void>}
   */
  const messages = {
    ack: (attempt, message) => settle(message.id, message),
    'still-here': () => {},
    bye(attempt, { data }) {
      if (data.reason === 'refused') throw new Problem(data.problem)
      attempt.frame({ type: 'bye', data, id: null })
    },
  }

  /** @param {import('./subscription.js').Attempt} attempt */
  function run(attempt) {
    return /** @type {Promise<void>} */ (new Promise((resolve, reject) => {
      const made = connect(attempt.cursor ? `${url}${url.includes('?') ? '&' : '?'}after=${attempt.cursor}` : url)
      let opened = false
      const giveUp = () => {
        abandon(made)
        made.close()
      }
      attempt.signal.addEventListener('abort', giveUp, { once: true })
      made.addEventListener('open', () => {
        opened = true
        socket = made
      })
      made.addEventListener('message', ({ data: text }) => {
        attempt.alive()
        try {
          const message = JSON.parse(text)
          const { event, id = null, data } = message
          if (Object.hasOwn(messages, event)) messages[event](attempt, message)
          else attempt.frame({ type: event, data, id })
        } catch (error) {
          reject(error)
          made.close()
        }
      })
      made.addEventListener('close', ({ code }) => {
        abandon(made)
        if (code === RELAY_STOPPING) attempt.frame({ type: 'bye', data: { reason: 'relay stopping', retry: 1000 }, id: null })
        if (opened) resolve()
        else reject(unreachable())
      })
    }))
  }

  return Object.assign(createSubscription({ ...options, run }), {
    /** @type {NonNullable<import('./subscription.js').Subscription['emit']>} */
    emit(event, data) {
      const open = socket
      if (open?.readyState !== WebSocket.OPEN) return Promise.reject(unreachable())
      const id = (last += 1)
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => settle(id, { problem: unreachable() }), ANSWERED_WITHIN)
        unanswered.set(id, { resolve, reject, timer })
        open.send(JSON.stringify({ event, id, data }))
      })
    },
  })
}
