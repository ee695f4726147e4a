/**
 * What is lost at the moment, computed from the state of the room session alone, so that no sentence is shown when it is no longer true.
 * Each loss has its cause, what happens next, and what the user can press. The view makes the words (view/room/loss_words.js).
 *
 * @typedef {import('./connection_problems.js').ConnectionProblem} ConnectionProblem
 * @typedef {'retry'|'dismiss'|'unmute'|'raise_hand'|'step_up'|'retry_microphone'|'record'|'listen_to_recording'
 *   |'topologies'|'retry_connection'|'again'} Press
 * @typedef {{ key: string, press: Press|null } & (
 *     { kind: 'connection', cause: 'network'|'relay stopping'|'too slow', next: 'seat_kept'|'seat_given_up', times: { seat: number, role: number } }
 *   | { kind: 'seat', cause: 'expired', next: 'taken_again' }
 *   | { kind: 'seat', cause: 'returned', role: string }
 *   | { kind: 'seat', cause: 'ended', reason: string|null, unsent: number }
 *   | { kind: 'role', cause: 'handed_over'|'time'|'moderator', role_before: string, role: string, host: string, minutes: number }
 *   | { kind: 'hand', cause: 'lowered' }
 *   | { kind: 'microphone', cause: 'refused'|'missing'|'failed'|'insecure' }
 *   | { kind: 'microphone', cause: 'muted_by_other' }
 *   | { kind: 'device', cause: 'unplugged'|'plugged', notice: NonNullable<import('../media/devices.js').Devices['notice']> }
 *   | { kind: 'node', problem: ConnectionProblem }
 *   | { kind: 'person', problem: ConnectionProblem }
 *   | { kind: 'encryption', encryption: import('./encryption.js').EncryptionState }
 *   | { kind: 'recording', cause: 'failed'|'stopped', failure: string|null, ended_reason: string|null, id: number|null }
 *   | { kind: 'unsent', cause: 'hand_up'|'hand_down'|'mute'|'unmute' })} Loss
 *
 * @typedef {import('./room_session_state.js').RoomSessionState} RoomSessionState
 * @typedef {Pick<RoomSessionState, 'phase'|'reason'|'seatGone'|'times'|'returned'|'me'|'may'|'room'|'microphone'|'seatChange'|'devices'
 *   |'connectionProblems'|'encryption'|'recording'|'handWish'|'chat'>} Lossy
 */

/** The losses of a room session, the most important first. @param {Lossy} state @returns {Loss[]} */
export function lossesOf(state) {
  if (state.phase === 'left') return endOf(state)
  if (state.phase === 'joining') return []
  return [...connectionOf(state), ...absenceOf(state), ...microphoneOf(state), ...deviceOf(state), ...encryptionOf(state), ...nodesOf(state), ...recordingOf(state), ...unsentOf(state)]
}

/** @param {Lossy} state @returns {Loss[]} */
function endOf({ reason, chat }) {
  if (reason === 'left') return []
  const press = reason === 'room ended' || reason === 'banned' ? null : 'again'
  return [{ key: 'ended', kind: 'seat', cause: 'ended', reason, unsent: chat.outgoing.length, press }]
}

/** @param {Lossy} state @returns {Loss[]} */
function connectionOf({ phase, reason, seatGone, times }) {
  if (phase !== 'reconnecting' || reason === 'suspended') return []
  if (reason === 'timeout') return [{ key: 'expired', kind: 'seat', cause: 'expired', next: 'taken_again', press: null }]
  const cause = reason === 'relay stopping' || reason === 'too slow' ? reason : 'network'
  return [{ key: 'connection', kind: 'connection', cause, next: seatGone ? 'seat_given_up' : 'seat_kept', times, press: 'retry' }]
}

/** What is different after I was away. @param {Lossy} state @returns {Loss[]} */
function absenceOf({ phase, returned, me, may, room, times }) {
  if (!returned || !me || phase !== 'in') return []
  if (returned.cause) {
    const { cause, role_before, role } = returned
    const press = may.step_up ? 'step_up' : may.raise_hand ? 'raise_hand' : 'dismiss'
    return [{ key: 'role', kind: 'role', cause, role_before, role, host: room?.host ?? '', minutes: Math.round(times.role / 60), press }]
  }
  if (returned.hand_lost) return [{ key: 'hand', kind: 'hand', cause: 'lowered', press: may.raise_hand ? 'raise_hand' : 'dismiss' }]
  if (returned.microphone !== 'off' || !me.muted) return []
  return [{ key: 'returned', kind: 'seat', cause: 'returned', role: returned.role, press: 'unmute' }]
}

/** @param {Lossy} state @returns {Loss[]} */
function microphoneOf({ may, microphone, seatChange }) {
  if (!may.speak) return []
  if (microphone.problem) return [{ key: 'microphone', kind: 'microphone', cause: microphone.problem, press: 'retry_microphone' }]
  return seatChange === 'muted' ? [{ key: 'muted', kind: 'microphone', cause: 'muted_by_other', press: 'unmute' }] : []
}

/** @param {Lossy} state @returns {Loss[]} */
function deviceOf({ devices: { notice } }) {
  if (!notice) return []
  const cause = notice.changes.some(({ change }) => change === 'unplugged') ? 'unplugged' : 'plugged'
  return [{ key: `device-${notice.id}`, kind: 'device', cause, notice, press: null }]
}

/** While I am not connected, it is not known whether the others are. @param {Lossy} state @returns {Loss[]} */
function nodesOf({ phase, connectionProblems, may }) {
  return connectionProblems.filter(({ kind }) => kind !== 'signal' || phase === 'in').map((problem) => {
    const { kind, cause } = problem
    const press = cause === 'no_node' && may.host ? 'topologies' : cause === 'cannot_connect' ? 'retry_connection' : null
    return { key: `problem-${problem.id}`, kind: kind === 'node' ? 'node' : 'person', problem, press }
  })
}

/** An encrypted room that I cannot hear. @param {Lossy} state @returns {Loss[]} */
const encryptionOf = ({ encryption }) => (NOT_ENCRYPTING.has(encryption.phase) ? [{ key: 'encryption', kind: 'encryption', encryption, press: null }] : [])

/** @type {ReadonlySet<import('./encryption.js').Phase>} */ const NOT_ENCRYPTING = new Set(['unsupported', 'silent', 'lowered', 'replaced', 'failed'])

/** A recording that ended by itself; one that was stopped is no loss. @param {Lossy} state @returns {Loss[]} */
function recordingOf({ recording: { running, last }, may }) {
  if (running || !last || (!last.failure && !last.ended_reason)) return []
  const id = last.started_at ? last.id : last.continues_id // the previous part, if this one did not begin
  const { failure, ended_reason } = last
  return [{ key: `recording-${last.id}`, kind: 'recording', cause: failure ? 'failed' : 'stopped', failure, ended_reason, id, press: may.host ? 'record' : id ? 'listen_to_recording' : null }]
}

/** What is sent when the connection is back. Not messages: each shows by itself that it waits. @param {Lossy} state @returns {Loss[]} */
function unsentOf({ phase, handWish, microphone, me, seatGone }) {
  if (phase === 'in') return [] // connected: the change is being sent
  /** @type {Loss[]} */ const losses = []
  if (handWish !== null && handWish !== Boolean(me?.hand_raised_at)) losses.push({ key: 'unsent-hand', kind: 'unsent', cause: handWish ? 'hand_up' : 'hand_down', press: null })
  // A new seat begins muted: what I wanted for the lost one is not sent.
  if (microphone.waiting && me && !seatGone) losses.push({ key: 'unsent-mute', kind: 'unsent', cause: me.muted ? 'mute' : 'unmute', press: null })
  return losses
}
