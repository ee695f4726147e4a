import { backoff } from '../signaling/backoff.js'
import { problemFrom } from '../signaling/problem.js'
import { newUuid } from '../signaling/uuid.js'
import { maySpeak } from './state.js'

const CHECKED_AFTER = 2_000 // ms, in which the stream usually says that the session is over, and why

/**
 * My seat. It is taken by an upsert and kept by a subscription of the room's log. Each time it is taken, a new session begins, with a
 * `peer_id` made here. Events and signals of an older session are ignored, here and by the database.
 *
 * @typedef {'joining'|'in'|'reconnecting'|'left'} Phase
 * @typedef {import('../signaling/problem.js').Problem} Problem
 * @typedef {import('../signaling/subscription.js').SubscriptionStatus} SubscriptionStatus
 * @typedef {{ phase: Phase, reason: string|null, problem: Problem|null, retry_at: number|null }} SeatStatus
 * @typedef {ReturnType<typeof createSeat>} MySeat
 *
 * @typedef {object} SeatListener
 * @property {() => void} onSession  a new session begins
 * @property {(frame: import('../signaling/subscription.js').Frame) => void} onFrame  of the log, in this session
 * @property {(status: SeatStatus, subscription?: SubscriptionStatus) => void} onStatus
 *
 * @param {object} options
 * @param {import('./room_api.js').RoomApi} options.api
 * @param {ReturnType<typeof import('./followed_room.js').createFollowedRoom>} options.room  as its log describes it
 * @param {() => Promise<unknown>} options.look  must succeed before the seat is taken: whether it is still mine; rejects with a Problem
 * @param {() => Promise<unknown>} options.prepare  must succeed before the log is followed; rejects with a Problem
 * @param {SeatListener} listener
 */
export function createSeat({ api, room, look, prepare }, listener) {
  /** @typedef {{ peer_id: string, stream: import('../signaling/subscription.js').Subscription|null, checked: boolean }} Session */
  /** @type {Session|null} */ let session = null
  /** @type {SeatStatus} */ let status = { phase: 'joining', reason: null, problem: null, retry_at: null }
  let wasIn = false
  /** @type {string|undefined} */ let wantedRole // only until the seat is taken: after that, its present role is kept

  /** @param {Phase} phase @param {Partial<Omit<SeatStatus, 'phase'>>} [about] @param {SubscriptionStatus} [subscription] */
  function report(phase, { reason = null, problem = null, retry_at = null } = {}, subscription) {
    status = Object.freeze({ phase, reason, problem, retry_at })
    listener.onStatus(status, subscription)
  }

  /** @returns {Phase} */
  const enteringPhase = () => (wasIn ? 'reconnecting' : 'joining')

  /**
   * Tries again after temporary failures, until this session ends; then returns null.
   * @template T @param {Session} asking @param {string} reason @param {() => Promise<T>} attemptOnce
   */
  async function retryWhileTemporary(asking, reason, attemptOnce) {
    for (let attempt = 0; session === asking; attempt += 1) {
      try {
        return await attemptOnce()
      } catch (error) {
        const problem = problemFrom(error)
        if (!problem.temporary) throw problem
        const delay = Math.max(problem.retry_after ?? 0, backoff(attempt))
        if (session === asking) report(enteringPhase(), { reason, problem, retry_at: performance.now() + delay })
        await new Promise((resolve) => setTimeout(resolve, delay))
      }
    }
    return null
  }

  /** @param {string|null} [reason] */
  async function take(reason = null) {
    const before = session
    /** @type {Session} */ const begun = { peer_id: newUuid(), stream: null, checked: false }
    session = begun
    before?.stream?.close()
    report(enteringPhase(), { reason })
    listener.onSession()
    const ready = retryWhileTemporary(begun, reason ?? 'network', prepare)
    ready.catch(() => {}) // it is awaited below
    try {
      await retryWhileTemporary(begun, reason ?? 'network', look)
      const columns = { peer_id: begun.peer_id, ...(wantedRole ? { role: wantedRole } : {}) }
      await retryWhileTemporary(begun, reason ?? 'network', () => api.takeSeat(columns))
      if (session !== begun) return
      wantedRole = undefined
      await ready
    } catch (error) {
      const problem = problemFrom(error)
      // The answer to an earlier attempt was lost, and its seat expired: this peer_id cannot be used again.
      if (session === begun && problem.rule === 'participants_peer_id_is_new') return take(reason)
      // The room ended while I was disconnected.
      const ended = reason !== null && problem.rule === 'participants_room_is_open'
      if (session === begun) endSession(ended ? 'room ended' : 'refused', problem)
      return
    }
    if (session === begun) subscribe(begun)
  }

  function subscribe(/** @type {Session} */ current) {
    current.stream = api.follow({
      peer_id: current.peer_id,
      onFrame: (frame) => void (session === current && listener.onFrame(frame)),
      onState: (subscription) => void (session === current && handlers[subscription.state](current, subscription)),
    })
    current.stream.start()
  }

  /** @type {Record<SubscriptionStatus['state'], (current: Session, subscription: SubscriptionStatus) => void>} */
  const handlers = {
    connecting: () => {},
    live(current, subscription) {
      wasIn = true
      report('in', {}, subscription)
    },
    reconnecting(current, subscription) {
      const reason = ['relay stopping', 'too slow'].includes(subscription.reason ?? '') ? subscription.reason : 'network'
      report(enteringPhase(), { reason, problem: subscription.problem, retry_at: subscription.retry_at }, subscription)
    },
    ended(current, subscription) {
      if (subscription.reason === 'refused') onRefused(current, subscription.problem)
      else if (subscription.reason === 'timeout') take('timeout')
      else endSession(subscription.reason ?? 'closed', subscription.problem, subscription)
    },
  }

  /**
   * This session may not read the log any more. If its seat expired, for example during sleep, it is taken again; if another tab has
   * it, or I was removed, it is not.
   * @param {Session} refused @param {Problem|null} problem
   */
  async function onRefused(refused, problem) {
    if (problem?.status === 401) return endSession('token expired', problem)
    if (problem?.status === 404 || problem?.rule === 'participants_room_is_open') return endSession('room ended', problem)
    if (problem?.rule !== 'participants_peer_id_is_current' && problem?.code !== '42501') return endSession('refused', problem)
    const { peer_id } = refused
    try {
      const reason = await retryWhileTemporary(refused, 'timeout', () => api.leaveReason({ peer_id }))
      if (session !== refused) return
      if (reason && reason !== 'timeout') return endSession(reason, problem)
      const seat = await retryWhileTemporary(refused, 'timeout', () => api.mySeat('peer_id'))
      if (session !== refused) return
      if (seat && seat.peer_id !== null && seat.peer_id !== peer_id) endSession('taken over', problem)
      else take('timeout')
    } catch (error) {
      if (session === refused) endSession('refused', problemFrom(error))
    }
  }

  /** @param {string} reason @param {Problem|null} [problem] @param {SubscriptionStatus} [subscription] */
  function endSession(reason, problem = null, subscription) {
    const { stream } = session ?? {}
    session = null
    wasIn = false
    stream?.close()
    report('left', { reason, problem }, subscription)
  }

  return {
    room,
    get status() {
      return status
    },
    /** The `peer_id` of the present session; null without a seat. */
    get peer_id() {
      return session?.peer_id ?? null
    },
    /** My seat by the room's log, if it belongs to the present session. */
    get row() {
      return room.mySeat(session?.peer_id ?? null)
    },
    get maySpeak() {
      const row = room.mySeat(session?.peer_id ?? null)
      return row !== null && maySpeak(row)
    },

    /** @param {string} [role]  'AUDIENCE' to only listen; without it the role I have or am given */
    take(role) {
      wantedRole = role
      return take()
    },

    /** Leaves the room. A connection that ends without this, or `leaveBy`, begins the grace period. */
    leave() {
      const { peer_id } = session ?? {}
      if (!peer_id) return Promise.resolve()
      // With the peer_id: an old tab must not remove the seat of a newer one. `keepalive`: the page may be closed right afterwards.
      const answer = api.call('leave_room', { peer_id }, { keepalive: true }).catch(problemFrom)
      endSession('left')
      return answer
    },

    /** @param {string} name  a function of the database that leaves the room @param {import('../signaling/rows.js').Row} [args] */
    async leaveBy(name, args = {}) {
      const leaving = session
      await api.call(name, { peer_id: leaving?.peer_id, ...args })
      if (session === leaving) endSession('left')
    },

    /** The page is left, but not the room: the grace period of the seat begins. */
    suspend() {
      const old = session
      session = null // before its stream is closed, which is no end of the session
      if (!old) return
      old.stream?.close()
      report('reconnecting', { reason: 'suspended' })
    },

    setMuted: api.setMuted,
    room_id: api.room_id,

    /** In an encrypted room: the public keys of this session. @param {import('../media/encryption/session_keys.js').PublicKeys} keys */
    writeKeys: (keys) => api.changeSession(session?.peer_id ?? null, keys),
    /** Gives others the key of my audio. @param {import('../signaling/rows.js').Row[]} rows  of sender_keys */
    giveKeys: (rows) => api.insert('sender_keys', rows, { representation: false, quiet: true }),
    /** The keys that others gave to this session. @returns {Promise<import('./key_exchange.js').SenderKey[]>} */
    givenKeys: async () => /** @type {import('./key_exchange.js').SenderKey[]} */ (await api.select('sender_keys', { to_peer: `eq.${session?.peer_id ?? null}`, order: 'id' })),

    /** Signals as rows: by an event of the WebSocket if there is one, otherwise by a POST. @param {import('../signaling/rows.js').Row[]} signals */
    signal(signals) {
      const sent = signals.map((signal) => ({ room_id: api.room_id, from_peer: session?.peer_id ?? null, ...signal }))
      const emitted = session?.stream?.emit?.('signal', sent)
      // Quiet: if a participant leaves while I send a signal, the refusal is not reported as an error.
      if (!emitted) return api.insert('signals', sent, { representation: false, quiet: true })
      return api.rows.reported({ method: 'INSERT', table: 'signals', rows: sent }, async () => ({ status: 201, value: await emitted }))
    },

    /** @param {boolean} dead  the open connection no longer works */
    probe: (dead) => session?.stream?.probe(dead),

    /** A signal was refused because the seat is not mine any more: checks that once, by opening the stream again if it has not said so itself. */
    check() {
      const doubtful = session
      if (!doubtful?.stream || doubtful.checked) return
      doubtful.checked = true
      setTimeout(() => void (session === doubtful && doubtful.stream?.probe(true)), CHECKED_AFTER)
    },
  }
}
