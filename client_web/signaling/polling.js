import { createSubscription } from './subscription.js'
import { parseCursor } from './cursor.js'
import { PREFER_QUIET_REFUSAL, isRefusal, problemOf, unreachable, wholeBody } from './problem.js'

/** @import { Json } from './json.js' */

/**
 * A subscription by repeated requests: polling, at fixed intervals; or, with `wait`, long-polling, where the relay answers when there is
 * something new.
 *
 * @param {{ url: string, fetch: typeof window.fetch, every?: number, wait?: number, hallwayToo?: boolean }
 *         & Omit<Parameters<typeof createSubscription>[0], 'run'>} options
 *   every: milliseconds between an answer and the next request; wait: seconds the relay may wait before it answers;
 *   hallwayToo: the hallway comes with a room's log
 * @returns {import('./subscription.js').Subscription}
 */
export function createPolling({ url, fetch, every = 0, wait = 0, hallwayToo = false, ...options }) {
  let hallway = '' // cursor of the hallway
  let invitations = '' // cursor of the invitations

  /** @param {string|null} cursor */
  function addressFor(cursor) {
    const asked = new URL(url, document.baseURI)
    if (cursor) asked.searchParams.set('after', cursor)
    if (wait && cursor) asked.searchParams.set('wait', String(wait))
    if (hallwayToo) asked.searchParams.set('hallway', hallway)
    asked.searchParams.set('invitations', invitations)
    return asked.pathname + asked.search
  }

  /** @param {import('./subscription.js').Attempt} attempt @param {Json} answer */
  function deliverFrames(attempt, { snapshot, events = [], cursor, hallway: rows = [], clubs = [], people = [], invitations: awaiting, audience, bye }) {
    if (snapshot) attempt.frame({ type: 'snapshot', data: snapshot, id: snapshot.cursor ?? null })
    const { epoch } = parseCursor(cursor)
    for (const event of events) attempt.frame({ type: event.table, data: event, id: `${epoch}-${event.seq}` })
    attempt.cursor = cursor // after events for other recipients, too
    if (audience) attempt.frame({ type: 'audience', data: audience, id: null })
    for (const row of rows) attempt.frame({ type: 'hallway', data: row, id: null })
    for (const changed of clubs) attempt.frame({ type: 'clubs', data: changed, id: null })
    for (const changed of people) attempt.frame({ type: 'people', data: changed, id: null })
    if (awaiting) attempt.frame({ type: 'invitations', data: { invitations: awaiting }, id: null })
    if (bye) attempt.frame({ type: 'bye', data: bye, id: null })
  }

  return createSubscription({
    ...options,
    async run(attempt) {
      while (!attempt.signal.aborted) {
        const response = await fetch(addressFor(attempt.cursor), { headers: { Accept: 'application/json', Prefer: PREFER_QUIET_REFUSAL }, cache: 'no-store', signal: attempt.signal })
        if (isRefusal(response)) throw await problemOf(response)
        const answer = await response.json()
        attempt.alive()
        attempt.arrived()
        hallway = answer.hallway_cursor ?? ''
        invitations = answer.invitations_cursor ?? ''
        deliverFrames(attempt, answer)
        await pause(every, attempt.signal)
      }
    },
  })
}

/** A cursor before every log: a session that lost its seat may have read why already, without having seen that it is its end. */
const NOT_READ_YET = '0-0'

/**
 * Why a session lost its seat, from the log; null if the log has no reason (any more).
 *
 * @param {{ fetch: typeof window.fetch, path: string, peer_id: string }} options
 * @returns {Promise<string|null>} a bye's reason; rejects with a Problem that may pass
 */
export async function leaveReason({ fetch, path, peer_id }) {
  const query = new URLSearchParams({ peer_id, after: NOT_READ_YET })
  const response = await fetch(`${path}/events?${query}`, { headers: { Accept: 'application/json' }, cache: 'no-store' }).catch(() => {
    throw unreachable()
  })
  if (response.ok) return (await wholeBody(response.json())).bye?.reason ?? null
  const problem = await problemOf(response)
  if (problem.temporary) throw problem
  return null
}

/** @param {number} milliseconds @param {AbortSignal} signal */
function pause(milliseconds, signal) {
  if (!milliseconds || signal.aborted) return undefined
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => resolve(clearTimeout(timer)), { once: true })
  })
}
