import { createFollower } from './follower.js'
import { Problem, unreachable } from './problem.js'

const ANSWERED_WITHIN = 15_000 // milliseconds
const RELAY_STOPPING = 1012 // RFC 6455's registry: service restart

/**
 * Follows by WebSocket, which also carries what is emitted: the article's `user-joined-room`, `user-left-room` and `signal`, each
 * acknowledged with the row or the problem.
 *
 * @param {{ url: string, connect: (url: string) => WebSocket } & Omit<Parameters<typeof createFollower>[0], 'carry'>} options
 * @returns {import('./follower.js').Follower}
 */
export function createSocket({ url, connect, ...options }) {
  /** @type {WebSocket|null} */ let socket = null
  /** @type {Map<number, { resolve: (row: any) => void, reject: (problem: Problem) => void, timer: number }>} */
  const unanswered = new Map()
  let last = 0

  function settle(id, { data, problem }) {
    const waiting = unanswered.get(id)
    if (!waiting) return
    unanswered.delete(id)
    clearTimeout(waiting.timer)
    if (problem) waiting.reject(problem instanceof Problem ? problem : new Problem(problem))
    else waiting.resolve(data)
  }

  function abandon(mine) {
    if (socket !== mine) return
    socket = null
    for (const id of [...unanswered.keys()]) settle(id, { problem: unreachable() })
  }

  /** What the relay says, by the names of its messages; everything else is a frame. */
  const messages = {
    ack: (line, message) => settle(message.id, message),
    'still-here': () => {},
    bye(line, { data }) {
      if (data.reason === 'refused') throw new Problem(data.problem)
      line.frame({ type: 'bye', data, id: null })
    },
  }

  function carry(line) {
    return new Promise((resolve, reject) => {
      const mine = connect(line.cursor ? `${url}${url.includes('?') ? '&' : '?'}after=${line.cursor}` : url)
      let opened = false
      const giveUp = () => {
        abandon(mine)
        mine.close()
      }
      line.signal.addEventListener('abort', giveUp, { once: true })
      mine.onopen = () => {
        opened = true
        socket = mine
      }
      mine.onmessage = ({ data: text }) => {
        line.alive()
        try {
          const message = JSON.parse(text)
          const { event, id = null, data } = message
          if (Object.hasOwn(messages, event)) messages[event](line, message)
          else line.frame({ type: event, data, id })
        } catch (error) {
          reject(error)
          mine.close()
        }
      }
      mine.onclose = ({ code }) => {
        abandon(mine)
        if (code === RELAY_STOPPING) line.frame({ type: 'bye', data: { reason: 'relay stopping', retry: 1000 }, id: null })
        if (opened) resolve()
        else reject(unreachable())
      }
    })
  }

  return Object.assign(createFollower({ ...options, carry }), {
    /** @type {import('./follower.js').Follower['emit']} */
    emit(event, data) {
      if (socket?.readyState !== WebSocket.OPEN) return Promise.reject(unreachable())
      const id = (last += 1)
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => settle(id, { problem: unreachable() }), ANSWERED_WITHIN)
        unanswered.set(id, { resolve, reject, timer })
        socket.send(JSON.stringify({ event, id, data }))
      })
    },
  })
}
