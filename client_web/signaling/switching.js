import { FIRST_EVENT_WITHIN, NOTHING_SEEN, isSuspect, see } from './fallback.js'

/**
 * @import { TechniqueName } from './fallback.js'
 * @import { Subscription, SubscriptionStatus, Frame } from './subscription.js'
 */

/**
 * How a tab follows one log.
 * @typedef {object} Ways
 * @property {() => Promise<TechniqueName>} choose
 * @property {(name: TechniqueName, listeners: Listeners & { cursor: string|null }) => Subscription} make
 * @property {((signal: AbortSignal) => Promise<boolean>)|null} isAnswered  whether a plain request for the same log is answered; null: the
 *   technique stays
 * @property {(name: TechniqueName) => void} fail  the technique does not work here
 * @property {() => void} onEnd
 * @typedef {{ onFrame: (frame: Frame) => void, onState: (status: SubscriptionStatus) => void }} Listeners
 */

/**
 * A subscription that goes on to another technique, from its cursor, when its own does not work. fallback.js decides.
 *
 * @param {Ways} ways @param {Listeners} listeners
 * @returns {Subscription}
 */
export function createSwitching(ways, { onFrame, onState }) {
  /** @type {Subscription|null} */ let current = null
  /** @type {TechniqueName|null} */ let name = null
  /** @type {ReturnType<typeof setTimeout>|undefined} */ let timer
  /** @type {AbortController|null} */ let asking = null
  let seen = NOTHING_SEEN
  let liveSince = 0
  let over = false

  function finish() {
    if (over) return
    over = true
    clearTimeout(timer)
    asking?.abort()
    ways.onEnd()
  }

  /** @param {string|null} cursor */
  async function begin(cursor) {
    const chosen = await ways.choose()
    if (over) return
    const isFirst = current === null
    const made = ways.make(chosen, {
      ...{ cursor, onFrame },
      onState(status) {
        // What listens knows one subscription: another technique continues it.
        if (current === made) watch(status, isFirst || status.state !== 'connecting')
      },
    })
    current = made
    name = chosen
    seen = NOTHING_SEEN
    made.start()
    expectEvent()
  }

  function expectEvent() {
    clearTimeout(timer)
    if (ways.isAnswered && !over && !seen.works) timer = setTimeout(() => reconsider().then(expectEvent), FIRST_EVENT_WITHIN)
  }

  /** @param {SubscriptionStatus} status @param {boolean} reported */
  function watch(status, reported) {
    if (status.state === 'ended') finish()
    if (status.state === 'live') {
      seen = see(seen, 'live')
      liveSince = performance.now()
      clearTimeout(timer)
    }
    if (status.state === 'reconnecting') {
      if (status.problem?.status) seen = see(seen, 'refused')
      else seen = see(seen, status.reason === 'silent' ? 'silent' : 'lost', performance.now() - liveSince)
      reconsider()
    }
    if (reported) onState(status)
  }

  const doubted = () => !over && name !== null && isSuspect(name, seen)

  async function reconsider() {
    if (!ways.isAnswered || asking || !doubted()) return
    const doubtful = current
    const question = (asking = new AbortController())
    const late = setTimeout(() => question.abort(), FIRST_EVENT_WITHIN)
    const answered = await ways.isAnswered(question.signal)
    clearTimeout(late)
    asking = null
    if (!answered || current !== doubtful || !doubted()) return
    ways.fail(/** @type {TechniqueName} */ (name))
    const cursor = doubtful?.cursor ?? null
    await begin(cursor)
    doubtful?.close()
  }

  return {
    get state() {
      return current?.state ?? (over ? 'ended' : 'connecting')
    },
    get cursor() {
      return current?.cursor ?? null
    },
    start: () => void begin(null),
    close() {
      if (current) current.close()
      else finish()
    },
    probe: (dead) => current?.probe(dead),
    emit: (event, data) => current?.emit?.(event, data) ?? null,
  }
}
