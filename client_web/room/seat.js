import { backoff } from '../signaling/backoff.js'
import { problemFrom } from '../signaling/problem.js'
import { newUuid } from '../signaling/uuid.js'

/**
 * My seat. It is taken by an upsert and kept by a subscription of the room's log. Each time it is taken, a new session begins, with a
 * `peer_id` made here. Events and signals of an older session are ignored, here and by the database.
 *
 * @typedef {'joining'|'in'|'reconnecting'|'left'} Phase
 * @typedef {import('../signaling/problem.js').Problem} Problem
 * @typedef {import('../signaling/subscription.js').SubscriptionStatus} SubscriptionStatus
 * @typedef {{ phase: Phase, reason: string|null, problem: Problem|null, retry_at: number|null }} SeatStatus
 *
 * @param {object} options
 * @param {{ id: number }} options.user
 * @param {ReturnType<typeof import('../signaling/rows.js').createRows>} options.rows
 * @param {ReturnType<typeof import('./inspector.js').createInspector>} options.inspector
 * @param {ReturnType<typeof import('../signaling/technique.js').createTechnique>} options.technique
 * @param {number} options.roomId
 * @param {string} [options.role]
 * @param {() => void} options.onJoining
 * @param {() => Promise<unknown>} options.look  must succeed before the seat is taken: whether it is still mine; rejects with a Problem
 * @param {() => Promise<unknown>} options.prepare  must succeed before the log is followed; rejects with a Problem
 * @param {(frame: import('../signaling/subscription.js').Frame) => void} options.onFrame
 * @param {(status: SeatStatus, subscription?: SubscriptionStatus) => void} options.onStatus
 */
export function createSeat({ user, rows, inspector, technique, roomId, role, onJoining, look, prepare, onFrame, onStatus }) {
  /** @typedef {{ peer_id: string, stream: ReturnType<typeof technique.subscribe>|null, checked: boolean }} Session */
  /** @type {Session|null} */ let session = null
  let wasIn = false
  let asked = role // only for the first time: after that, the seat's present role is kept

  /** @param {Phase} phase @param {Partial<Omit<SeatStatus, 'phase'>>} [about] @param {SubscriptionStatus} [subscription] */
  const report = (phase, { reason = null, problem = null, retry_at = null } = {}, subscription) =>
    onStatus({ phase, reason, problem, retry_at }, subscription)

  /** @returns {Phase} */
  const enteringPhase = () => (wasIn ? 'reconnecting' : 'joining')

  /**
   * Tries again after temporary failures, until this session ends; then returns null.
   * @template T @param {Session} mine @param {string} reason @param {() => Promise<T>} attemptOnce
   */
  async function retryWhileTemporary(mine, reason, attemptOnce) {
    for (let attempt = 0; session === mine; attempt += 1) {
      try {
        return await attemptOnce()
      } catch (error) {
        const problem = problemFrom(error)
        if (!problem.temporary) throw problem
        const delay = Math.max(problem.retry_after ?? 0, backoff(attempt))
        if (session === mine) report(enteringPhase(), { reason, problem, retry_at: performance.now() + delay })
        await new Promise((resolve) => setTimeout(resolve, delay))
      }
    }
    return null
  }

  /** @param {string|null} [reason] */
  async function take(reason = null) {
    const before = session
    /** @type {Session} */ const mine = { peer_id: newUuid(), stream: null, checked: false }
    session = mine
    before?.stream?.close()
    report(enteringPhase(), { reason })
    onJoining()
    const ready = retryWhileTemporary(mine, reason ?? 'network', prepare)
    ready.catch(() => {}) // it is awaited below
    try {
      await retryWhileTemporary(mine, reason ?? 'network', look)
      const row = { room_id: roomId, peer_id: mine.peer_id, ...(asked ? { role: asked } : {}) }
      const taken = await retryWhileTemporary(mine, reason ?? 'network', () => rows.upsert('participants', row, { on_conflict: 'room_id,user_id' }))
      if (session !== mine) return
      if (taken?.[0]) inspector.returned('participants', taken[0], taken[0].join_date)
      asked = undefined
      await ready
    } catch (error) {
      const problem = problemFrom(error)
      // The answer to an earlier attempt was lost, and its seat expired: this peer_id cannot be used again.
      if (session === mine && problem.rule === 'participants_peer_id_is_new') return take(reason)
      // The room ended while I was disconnected.
      const ended = reason !== null && problem.rule === 'participants_room_is_open'
      if (session === mine) endSession(ended ? 'room ended' : 'refused', problem)
      return
    }
    if (session === mine) subscribe(mine)
  }

  function subscribe(/** @type {Session} */ mine) {
    mine.stream = technique.subscribe({
      path: `/rooms/${roomId}`,
      peer_id: mine.peer_id,
      onFrame: (frame) => void (session === mine && onFrame(frame)),
      onState: (subscription) => void (session === mine && react(mine, subscription)),
    })
    mine.stream.start()
  }

  /** @type {Record<SubscriptionStatus['state'], (mine: Session, subscription: SubscriptionStatus) => void>} */
  const handlers = {
    connecting: () => {},
    live(mine, subscription) {
      wasIn = true
      report('in', {}, subscription)
    },
    reconnecting(mine, subscription) {
      const reason = ['relay stopping', 'too slow'].includes(subscription.reason ?? '') ? subscription.reason : 'network'
      report(enteringPhase(), { reason, problem: subscription.problem, retry_at: subscription.retry_at }, subscription)
    },
    ended(mine, subscription) {
      if (subscription.reason === 'refused') refused(mine, subscription.problem)
      else if (subscription.reason === 'timeout') take('timeout')
      else endSession(subscription.reason ?? 'closed', subscription.problem, subscription)
    },
  }

  /** @param {Session} mine @param {SubscriptionStatus} subscription */
  function react(mine, subscription) {
    handlers[subscription.state](mine, subscription)
  }

  /**
   * This session may not read the log any more. If its seat expired, for example during sleep, it is taken again; if another tab has
   * it, or I was removed, it is not.
   * @param {Session} mine @param {Problem|null} problem
   */
  async function refused(mine, problem) {
    if (problem?.status === 401) return endSession('token expired', problem)
    if (problem?.status === 404 || problem?.rule === 'participants_room_is_open') return endSession('room ended', problem)
    if (problem?.rule !== 'participants_peer_is_current' && problem?.code !== '42501') return endSession('refused', problem)
    try {
      const cursor = mine.stream?.cursor ?? null
      const reason = await retryWhileTemporary(mine, 'timeout', () => technique.leaveReason({ path: `/rooms/${roomId}`, peer_id: mine.peer_id, cursor }))
      if (session !== mine) return
      if (reason && reason !== 'timeout') return endSession(reason, problem)
      const filters = { room_id: `eq.${roomId}`, user_id: `eq.${user.id}`, select: 'peer_id' }
      const seats = await retryWhileTemporary(mine, 'timeout', () => rows.select('participants', filters))
      if (session !== mine) return
      if (seats?.some(({ peer_id }) => peer_id !== null && peer_id !== mine.peer_id)) endSession('taken over', problem)
      else take('timeout')
    } catch (error) {
      if (session === mine) endSession('refused', problemFrom(error))
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

  /** Only this leaves the room; whatever else ends the connection begins the grace period. */
  function leave() {
    const { peer_id } = session ?? {}
    if (!peer_id) return Promise.resolve()
    // With the peer_id: an old tab must not remove the seat of a newer one. `keepalive`: the page may be closed right afterwards.
    const answer = rows.rpc('leave_room', { room_id: roomId, peer_id }, { keepalive: true }).catch((problem) => inspector.note({ code: 'refused', problem }))
    endSession('left')
    return answer
  }

  /** @param {string} name  a function of the database that leaves the room @param {import('../signaling/rows.js').Row} [args] */
  async function leaveBy(name, args = {}) {
    const mine = session
    await rows.rpc(name, { room_id: roomId, peer_id: mine?.peer_id, ...args })
    if (session === mine) endSession('left')
  }

  /** Signals as rows: by an event of the WebSocket if there is one, otherwise by a POST. @param {import('../signaling/rows.js').Row[]} signals */
  async function signal(signals) {
    const emitted = session?.stream?.emit?.('signal', signals)
    // Quiet: if a participant leaves while I send a signal, the refusal is not reported as an error.
    if (!emitted) return rows.insert('signals', signals, { representation: false, quiet: true })
    const watched = inspector.watch({ method: 'INSERT', table: 'signals', rows: signals })
    try {
      const stored = await emitted
      watched.answered(201, null)
      return stored
    } catch (error) {
      const problem = problemFrom(error)
      watched.answered(problem.status, problem)
      throw problem
    }
  }

  return {
    signal,
    /** The `peer_id` of the present session; null without a seat. */
    get peer_id() {
      return session?.peer_id ?? null
    },
    take: () => take(),
    leave,
    leaveBy,
    /** The page is left, but not the room: the grace period of the seat begins. */
    suspend() {
      const old = session
      session = null // before its stream is closed, which is no end of the session
      if (!old) return
      old.stream?.close()
      report('reconnecting', { reason: 'suspended' })
    },
    /** @param {boolean} dead  the open connection no longer works */
    probe: (dead) => session?.stream?.probe(dead),

    /** A signal was refused because the seat is not mine any more: checks that once, by the stream. */
    check() {
      if (!session?.stream || session.checked) return
      session.checked = true
      session.stream.probe(true)
    },
  }
}
