import { backoff } from '../signaling/backoff.js'
import { newUuid } from '../signaling/uuid.js'

/**
 * My seat: taken by an upsert, kept by following the room's log, lost when the room says so. Each time it is taken is a session of
 * its own, with a `peer_id` made here; what an older session still says is ignored, here and by the database.
 *
 * @typedef {'joining'|'in'|'reconnecting'|'left'} Phase
 * @typedef {import('../signaling/problem.js').Problem} Problem
 * @typedef {import('../signaling/follower.js').Following} Following
 * @typedef {{ phase: Phase, reason: string|null, problem: Problem|null, retry_at: number|null }} Standing
 *
 * @param {object} options
 * @param {{ id: number }} options.user
 * @param {ReturnType<typeof import('../signaling/rows.js').createRows>} options.rows
 * @param {ReturnType<typeof import('./inspector.js').createInspector>} options.inspector
 * @param {ReturnType<typeof import('../signaling/technique.js').createTechnique>} options.technique
 * @param {number} options.roomId
 * @param {string} [options.role]
 * @param {() => void} options.onJoining
 * @param {() => Promise<unknown>} options.prepare  must succeed before the log is followed; rejects with a Problem
 * @param {(frame: import('../signaling/follower.js').Frame) => void} options.onFrame
 * @param {(standing: Standing, following?: Following) => void} options.onStanding
 */
export function createSeat({ user, rows, inspector, technique, roomId, role, onJoining, prepare, onFrame, onStanding }) {
  /** @typedef {{ peer_id: string, stream: ReturnType<typeof technique.follow>|null, doubted: boolean }} Session */
  /** @type {Session|null} */ let session = null
  let wasIn = false
  let asked = role // for the first time only: a role given later must survive joining again

  /** @param {Phase} phase @param {Partial<Omit<Standing, 'phase'>>} [about] @param {Following} [following] */
  const stand = (phase, { reason = null, problem = null, retry_at = null } = {}, following) =>
    onStanding({ phase, reason, problem, retry_at }, following)

  /** @returns {Phase} */
  const onTheWay = () => (wasIn ? 'reconnecting' : 'joining')

  /**
   * Repeats what fails for a passing reason, for as long as this session lasts; null when it was given up.
   * @template T @param {Session} mine @param {string} reason @param {() => Promise<T>} attemptOnce
   */
  async function persistently(mine, reason, attemptOnce) {
    for (let attempt = 0; session === mine; attempt += 1) {
      try {
        return await attemptOnce()
      } catch (problem) {
        if (!problem.passing) throw problem
        const delay = Math.max(problem.retry_after ?? 0, backoff(attempt))
        if (session === mine) stand(onTheWay(), { reason, problem, retry_at: performance.now() + delay })
        await new Promise((resolve) => setTimeout(resolve, delay))
      }
    }
    return null
  }

  /** @param {string|null} [reason] */
  async function take(reason = null) {
    const before = session
    /** @type {Session} */ const mine = { peer_id: newUuid(), stream: null, doubted: false }
    session = mine
    before?.stream?.close()
    stand(onTheWay(), { reason })
    onJoining()
    const ready = persistently(mine, reason ?? 'network', prepare)
    ready.catch(() => {}) // it is awaited below
    try {
      const row = { room_id: roomId, peer_id: mine.peer_id, ...(asked ? { role: asked } : {}) }
      const taken = await persistently(mine, reason ?? 'network', () => rows.upsert('participants', row, { on_conflict: 'room_id,user_id' }))
      if (session !== mine) return
      if (taken?.[0]) inspector.returned('participants', taken[0], taken[0].join_date)
      asked = undefined
      await ready
    } catch (problem) {
      // The answer to an attempt was lost, and its seat expired before the next one: that session is over.
      if (session === mine && problem.rule === 'participants_peer_id_is_new') return take(reason)
      // It ended while I was away: that is no refusal.
      const ended = reason !== null && problem.rule === 'participants_room_is_open'
      if (session === mine) depart(ended ? 'room ended' : 'refused', problem)
      return
    }
    if (session === mine) follow(mine)
  }

  function follow(/** @type {Session} */ mine) {
    mine.stream = technique.follow({
      path: `/rooms/${roomId}`,
      peer_id: mine.peer_id,
      onFrame: (frame) => void (session === mine && onFrame(frame)),
      onState: (following) => void (session === mine && react(mine, following)),
    })
    mine.stream.start()
  }

  /** @type {Record<Following['state'], (mine: Session, following: Following) => void>} */
  const reactions = {
    connecting: () => {},
    live(mine, following) {
      wasIn = true
      stand('in', {}, following)
    },
    reconnecting(mine, following) {
      const reason = ['relay stopping', 'too slow'].includes(following.reason ?? '') ? following.reason : 'network'
      stand(onTheWay(), { reason, problem: following.problem, retry_at: following.retry_at }, following)
    },
    ended(mine, following) {
      if (following.reason === 'refused') refused(mine, following.problem)
      else if (following.reason === 'timeout') take('timeout')
      else depart(following.reason ?? 'closed', following.problem, following)
    },
  }

  /** @param {Session} mine @param {Following} following */
  function react(mine, following) {
    reactions[following.state](mine, following)
  }

  /**
   * The log is closed to this session. A seat that merely expired while the laptop slept is taken again; one that somebody holds, or
   * that one was removed from meanwhile, is not.
   * @param {Session} mine @param {Problem|null} problem
   */
  async function refused(mine, problem) {
    if (problem?.status === 401) return depart('token expired', problem)
    if (problem?.status === 404 || problem?.rule === 'participants_room_is_open') return depart('room ended', problem)
    if (problem?.rule !== 'participants_peer_is_current' && problem?.code !== '42501') return depart('refused', problem)
    try {
      const cursor = mine.stream?.cursor ?? null
      const reason = await persistently(mine, 'timeout', () => technique.whyGone({ path: `/rooms/${roomId}`, peer_id: mine.peer_id, cursor }))
      if (session !== mine) return
      if (reason && reason !== 'timeout') return depart(reason, problem)
      const filters = { room_id: `eq.${roomId}`, user_id: `eq.${user.id}`, select: 'peer_id' }
      const seats = await persistently(mine, 'timeout', () => rows.select('participants', filters))
      if (session !== mine) return
      if (seats?.some(({ peer_id }) => peer_id !== null && peer_id !== mine.peer_id)) depart('taken over', problem)
      else take('timeout')
    } catch (trouble) {
      if (session === mine) depart('refused', trouble)
    }
  }

  /** @param {string} reason @param {Problem|null} [problem] @param {Following} [following] */
  function depart(reason, problem = null, following) {
    const { stream } = session ?? {}
    session = null
    wasIn = false
    stream?.close()
    stand('left', { reason, problem }, following)
  }

  const goodbye = (/** @type {boolean} */ keepalive) => {
    const { peer_id } = session ?? {}
    if (!peer_id) return Promise.resolve()
    // With the peer_id: an old tab closing late must not take the seat from a newer one.
    const gone = rows.rpc('leave_room', { room_id: roomId, peer_id }, { keepalive }).catch((problem) => inspector.note(problem.message))
    depart('left')
    return gone
  }

  /** Signals as rows: by the socket's own event where the room is followed by one, else as a POST. @param {import('../signaling/rows.js').Row[]} signals */
  async function signal(signals) {
    const emitted = session?.stream?.emit?.('signal', signals)
    // Quiet: that a participant leaves while I write to them is no mistake.
    if (!emitted) return rows.insert('signals', signals, { representation: false, quiet: true })
    const watched = inspector.watch({ method: 'INSERT', table: 'signals', rows: signals })
    try {
      const stored = await emitted
      watched.answered(201, null)
      return stored
    } catch (problem) {
      watched.answered(problem.status, problem)
      throw problem
    }
  }

  return {
    signal,
    /** The session's name; null when there is no seat. */
    get peer_id() {
      return session?.peer_id ?? null
    },
    take: () => take(),
    leave: () => goodbye(false),
    vanish: () => void goodbye(true),
    probe: (/** @type {boolean} */ certain) => session?.stream?.probe(certain),

    /** A write says that this seat is not ours any more: ask the log, once. */
    doubt() {
      if (!session?.stream || session.doubted) return
      session.doubted = true
      session.stream.probe(true)
    },
  }
}
