import { errorFrom } from '../signaling/problem.js'
import { newUuid } from '../signaling/uuid.js'

/**
 * My messages that are not in the room yet. They are sent one after the other, in the order I wrote them. A message that was refused or
 * got no answer stays until it is sent again or discarded.
 *
 * Without an answer a message may still be stored. So each has an id that is made here: `recognise` takes the id of a message in the log,
 * and a message that is sent again with the same id is never stored twice.
 *
 * @typedef {{ key: number, client_id: string, body: string, at: number, state: 'sending'|'unsent', problem: Error|null }} OutgoingMessage
 *
 * @param {object} options
 * @param {(client_id: string, body: string) => Promise<void>} options.post
 * @param {(list: readonly OutgoingMessage[], problem: Error|null) => void} options.onChange  with the latest refusal
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
        // Later ones wait, too: they must not overtake it.
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

    /** From before the page was loaded: it waits for "Send again". @param {string} client_id @param {string} body */
    restore: (client_id, body) => add(client_id, body, 'unsent'),

    /** @param {number} key */
    again(key) {
      become(change(key, { state: 'sending', problem: null, at: now() }))
      flush()
    },

    /** @returns {string} its text, to be edited again @param {number} key */
    discard(key) {
      const found = list.find((one) => one.key === key)
      become(list.filter((one) => one !== found))
      return found?.body ?? ''
    },

    /** One of my messages is in the room. @param {string|null} client_id  null if it was not written by this page */
    recognise(client_id) {
      const found = list.find((one) => one.client_id === client_id)
      if (found) become(list.filter((one) => one !== found))
    },
  }
}
