/**
 * What I wrote and the room does not have yet. One is sent at a time, so that they stand in the order I typed them; what was refused,
 * or got no answer, stays until it is sent again or thrown away.
 *
 * No answer is not a no: the row may be there all the same. So whoever sees one of my messages in the log asks `recognise`, and what
 * waits with the very same words is taken for it.
 *
 * @typedef {{ key: number, body: string, at: number, state: 'sending'|'unsent', problem: Error|null }} Outgoing
 *
 * @param {object} options
 * @param {(body: string) => Promise<void>} options.post
 * @param {(list: readonly Outgoing[], problem: Error|null) => void} options.onChange  the latest refusal comes along
 * @param {() => number} options.now
 */
export function createOutgoing({ post, onChange, now }) {
  /** @type {readonly Outgoing[]} */ let list = []
  let last = 0
  let busy = false

  function become(next, problem = null) {
    list = Object.freeze(next)
    onChange(list, problem)
  }

  const change = (key, next) => list.map((one) => (one.key === key ? Object.freeze({ ...one, ...next }) : one))

  async function flush() {
    if (busy) return
    busy = true
    for (let next = first(); next; next = first()) {
      try {
        await post(next.body)
        become(list.filter(({ key }) => key !== next.key))
      } catch (problem) {
        // What stands behind it would overtake it, or be refused as well.
        const failed = list.map((one) => (one.state === 'sending' ? Object.freeze({ ...one, state: 'unsent', problem }) : one))
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
      become([...list, Object.freeze({ key: (last += 1), body, at: now(), state: 'sending', problem: null })])
      flush()
    },

    /** Found from before: it waits for "Send again". @param {string} body */
    restore(body) {
      become([...list, Object.freeze({ key: (last += 1), body, at: now(), state: 'unsent', problem: null })])
    },

    again(key) {
      become(change(key, { state: 'sending', problem: null, at: now() }))
      flush()
    },

    /** @returns {string} its words, so that they can go back into the box */
    discard(key) {
      const found = list.find((one) => one.key === key)
      become(list.filter((one) => one !== found))
      return found?.body ?? ''
    },

    /** One of my messages is in the room. @param {string} body @param {number} [since]  when it was written, if that is to be compared */
    recognise(body, since = Infinity) {
      const mine = list.find((one) => one.body === body && one.at <= since && (one.state === 'sending' || one.problem?.passing))
      if (mine) become(list.filter((one) => one !== mine))
    },
  }
}
