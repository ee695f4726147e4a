import { errorFrom } from '../signaling/problem.js'
import { newUuid } from '../signaling/uuid.js'

/**
 * My messages that are not in the room yet. They are sent one after the other, in the order I wrote them. A message
 * that got no answer, because the connection is lost, waits with all later ones, and is sent when the connection is back. A message that
 * was refused stays until it is sent again or discarded.
 *
 * Without an answer a message may still be stored. So each has an id that is made here: `recognise` takes the id of a message in the log,
 * and a message that is sent again with the same id is never stored twice.
 *
 * @typedef {{ key: number, client_id: string, body: string, at: number, state: 'sending'|'waiting'|'unsent', waited: boolean,
 *             problem: Error|null }} OutgoingMessage  waited: it could not be sent when it was written
 *
 * @param {object} options
 * @param {(client_id: string, body: string) => Promise<void>} options.post
 * @param {(problem: Error, waited: boolean, attempt: number) => number|null} options.pause  ms until it is tried again; null: it is not tried again
 * @param {(list: readonly OutgoingMessage[], problem: Error|null) => void} options.onChange  with the latest refusal
 * @param {() => number} options.now
 */
export function createOutgoingMessages({ post, pause, onChange, now }) {
  /** @type {readonly OutgoingMessage[]} */ let list = []
  let last = 0
  let busy = false
  let attempts = 0 // consecutive ones without an answer
  /** @type {ReturnType<typeof setTimeout>|undefined} */ let timer

  /** @param {readonly OutgoingMessage[]} next @param {Error|null} [problem] */
  function become(next, problem = null) {
    list = Object.freeze(next)
    onChange(list, problem)
  }

  /** @param {(one: OutgoingMessage) => boolean} which @param {Partial<OutgoingMessage>} next */
  const change = (which, next) => list.map((one) => (which(one) ? Object.freeze({ ...one, ...next }) : one))

  /** @param {string} client_id @param {string} body @param {OutgoingMessage['state']} state @param {number} [at] */
  function add(client_id, body, state, at = now()) {
    become([...list, Object.freeze({ key: (last += 1), client_id, body, at, state, waited: state === 'waiting', problem: null })])
  }

  async function flush() {
    if (busy) return
    busy = true
    for (let next = first(); next; next = first()) {
      try {
        await post(next.client_id, next.body)
        attempts = 0
        become(list.filter(({ key }) => key !== next.key))
      } catch (error) {
        fail(errorFrom(error), next)
      }
    }
    busy = false
  }

  const first = () => list.find(({ state }) => state === 'sending')

  /** A message failed. Later ones wait, too: they must not be sent before it. @param {Error} problem @param {OutgoingMessage} message */
  function fail(problem, { waited }) {
    const delay = pause(problem, waited, attempts)
    /** @param {OutgoingMessage} one */
    const isSending = ({ state }) => state === 'sending'
    if (delay === null) return become(change(isSending, { state: 'unsent', problem }), problem)
    attempts += 1
    clearTimeout(timer)
    timer = setTimeout(resume, delay)
    return become(change(isSending, { state: 'waiting', waited: true, problem: null }), problem)
  }

  /** The connection is back: sends the messages that wait. */
  function resume() {
    clearTimeout(timer)
    if (!list.some(({ state }) => state === 'waiting')) return
    become(change(({ state }) => state === 'waiting', { state: 'sending' }))
    flush()
  }

  const isWaiting = () => list.some(({ state }) => state === 'waiting')

  return {
    get list() {
      return list
    },

    /** @param {string} body */
    send(body) {
      add(newUuid(), body, isWaiting() ? 'waiting' : 'sending')
      flush()
    },

    /** A message from before the page was loaded again: it is sent with `resume`, or waits for "Send again". @param {string} client_id @param {string} body @param {'waiting'|'unsent'} state @param {number} [at] */
    restore: (client_id, body, state, at) => add(client_id, body, state, at),

    /** @param {number} key */
    again(key) {
      become(change((one) => one.key === key, { state: 'waiting', problem: null, at: now() }))
      resume()
    },
    resume,

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

    /** I am not in the room any more: nothing is sent by itself. */
    close() {
      clearTimeout(timer)
      if (list.some(({ state }) => state !== 'unsent')) become(change(({ state }) => state !== 'unsent', { state: 'unsent' }))
    },
  }
}
