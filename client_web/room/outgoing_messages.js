import { errorFrom } from '../signaling/problem.js'
import { newUuid } from '../signaling/uuid.js'

/**
 * What I wrote and the room does not have yet. One is sent at a time, so that they keep the order I typed them in; what was refused,
 * or got no answer, stays until it is sent again or thrown away.
 *
 * No answer is not a no: the row may be there all the same. So each message has an id made here; `recognise` takes the id of one that
 * stands in the log, and sending again under the same id never stores it twice.
 *
 * @typedef {{ key: number, client_id: string, body: string, at: number, state: 'sending'|'unsent', problem: Error|null }} OutgoingMessage
 *
 * @param {object} options
 * @param {(client_id: string, body: string) => Promise<void>} options.post
 * @param {(list: readonly OutgoingMessage[], problem: Error|null) => void} options.onChange  the latest refusal comes along
 * @param {() => number} options.now
 */
export function createOutgoingMessages({ post, onChange, now }) {
  /** @type {readonly OutgoingMessage[]} */ let list = []
  let last = 0
  let busy = false

  /** @param {readonly OutgoingMessage[]} next @param {Error|null} [problem] */
  function become(next, problem = null) {
    list = Object.freeze(next)
    onChange(list, problem)
  }

  /** @param {number} key @param {Partial<OutgoingMessage>} next */
  const change = (key, next) => list.map((one) => (one.key === key ? Object.freeze({ ...one, ...next }) : one))

  /** @param {string} client_id @param {string} body @param {OutgoingMessage['state']} state */
  function add(client_id, body, state) {
    become([...list, Object.freeze({ key: (last += 1), client_id, body, at: now(), state, problem: null })])
  }

  async function flush() {
    if (busy) return
    busy = true
    for (let next = first(); next; next = first()) {
      try {
        await post(next.client_id, next.body)
        become(list.filter(({ key }) => key !== next.key))
      } catch (error) {
        const problem = errorFrom(error)
        // What comes after it would overtake it, or be refused as well.
        const failed = list.map((one) => (one.state === 'sending' ? Object.freeze({ ...one, state: /** @type {const} */ ('unsent'), problem }) : one))
        become(failed, problem)
      }
    }
    busy = false
  }

  const first = () => list.find(({ state }) => state === 'sending')

  return {
    get list() {
      return list
    },

    /** @param {string} body */
    send(body) {
      add(newUuid(), body, 'sending')
      flush()
    },

    /** Found from before: it waits for "Send again". @param {string} client_id @param {string} body */
    restore: (client_id, body) => add(client_id, body, 'unsent'),

    /** @param {number} key */
    again(key) {
      become(change(key, { state: 'sending', problem: null, at: now() }))
      flush()
    },

    /** @returns {string} its words, so that they can go back into the box @param {number} key */
    discard(key) {
      const found = list.find((one) => one.key === key)
      become(list.filter((one) => one !== found))
      return found?.body ?? ''
    },

    /** One of my messages is in the room. @param {string|null} client_id  null if it was not written on a page */
    recognise(client_id) {
      const found = list.find((one) => one.client_id === client_id)
      if (found) become(list.filter((one) => one !== found))
    },
  }
}
