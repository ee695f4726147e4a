import { createIce } from '../signaling/ice.js'
import { createRows } from '../signaling/rows.js'
import { isAudible } from '../media/mesh.js'
import { createChat } from './chat.js'
import { createConsent } from './consent.js'
import { createConnections } from './connections.js'
import { createModeration } from './moderation.js'
import { createNetworkChanges } from './network_changes.js'
import { createReactions } from './reactions.js'
import { createRecording } from './recording.js'
import { createSeat } from './seat.js'
import { createSound } from './sound.js'
import { EMPTY, isNode, maySpeak, onStage, reduce } from './state.js'
import { createConnectionProblems } from './connection_problems.js'
import { visitStateOf } from './visit_state.js'
import { createVoice } from './voice.js'
import { createInspector } from './inspector.js'

/**
 * One visit to one room: a seat, the room's log, the connections and the microphone, brought together. The log is the only thing that
 * moves it; what is shown is derived.
 *
 * @typedef {import('./visit_state.js').VisitState} VisitState
 * @typedef {ReturnType<typeof createVisit>} Visit
 *
 * @param {object} options
 * @param {{ id: number, username: string }} options.user
 * @param {typeof window.fetch} options.fetch  as that user
 * @param {ReturnType<typeof import('../signaling/technique.js').createTechnique>} options.technique  how the room is followed
 * @param {number} options.roomId
 * @param {ReturnType<typeof import('../media/devices.js').createDevices>} options.devices  which microphone and loudspeaker
 * @param {ReturnType<typeof import('../media/volume.js').createVolumes>} options.volumes  how loud I want to hear whom
 * @param {string} [options.role]  'AUDIENCE' to only listen
 * @param {(frame: import('../signaling/follower.js').Frame) => void} [options.onFrame]  every frame, for the hallway that travels along
 * @param {(following: import('../signaling/follower.js').Following) => void} [options.onFollowing]
 */
export function createVisit({ user, fetch, technique, devices, volumes, roomId, role, onFrame = () => {}, onFollowing = () => {} }) {
  /** @type {Set<(state: VisitState) => void>} */ const listeners = new Set()
  let room = EMPTY
  /** @type {import('./seat.js').Standing} */
  let standing = { phase: 'joining', reason: null, problem: null, retry_at: null }
  /** @type {VisitState|null} */ let state = null
  let due = false

  const inspector = createInspector({ onChange: changed })
  const connectionProblems = createConnectionProblems({ onChange: changed })
  const rows = createRows({ fetch, watch: inspector.watch })
  const ice = createIce({ fetch })
  const sound = createSound({
    ...{ me: user.id, devices, volumes },
    hears: (user_id) => hears(user_id),
    everybody: () => onStage(room).filter((each) => each.user_id !== user.id && !isNode(each)).map((each) => each.user_id),
    connections: () => connections.peers().map(({ peer }) => peer.connection),
    onChange: () => changed(),
  })
  const voice = createVoice({
    devices,
    maySpeak() {
      const me = mySeat()
      return me !== null && maySpeak(me)
    },
    write: (muted) => rows.update('participants', { muted }, here(user.id), { representation: false }),
    send: (track) => connections.setTrack(track),
    onStream: sound.hearMyself,
    onNote: inspector.note,
    onChange: () => changed(),
  })
  const reactions = createReactions({ user, rows, roomId, skew: () => inspector.skew })
  const chat = createChat({ user, rows, roomId, slowMode, skew: () => inspector.skew, onChange: changed })
  const consent = createConsent({ rows, roomId, userId: user.id, microphone: voice, onChange: changed })
  const moderation = createModeration({ rows, roomId })
  const recording = createRecording({ user, rows, roomId, skew: () => inspector.skew, onChange: changed })
  let connections = createSessionConnections()
  const network = createNetworkChanges({
    onNetwork() {
      seat.probe(true)
      connections.networkChanged()
    },
    onVisible: () => seat.probe(false),
  })
  const seat = createSeat({ user, rows, inspector, technique, roomId, role, onJoining, prepare: ice.get, onFrame: arrive, onStanding })

  // What is shown

  function changed() {
    state = null
    if (due) return
    due = true
    queueMicrotask(() => {
      due = false
      for (const listener of listeners) listener(visit.state)
    })
  }

  const look = () => visitStateOf({ standing, room, user_id: user.id, connections, voice, sound, consent, devices, connectionProblems, inspector, chat, recording })

  // What the seat reports

  /** @param {import('./seat.js').Standing} next @param {import('../signaling/follower.js').Following} [following] */
  function onStanding(next, following) {
    standing = Object.freeze(next)
    if (following) {
      inspector.stream(following.state, following.reason)
      onFollowing(following)
    }
    if (next.phase === 'left') dismantle()
    changed()
  }

  /** A session of the seat begins: whatever belonged to the one before is void. */
  function onJoining() {
    disconnect()
    voice.reset()
  }

  /** @param {import('../signaling/follower.js').Frame} frame */
  function arrive(frame) {
    onFrame(frame)
    const before = room
    room = reduce(room, frame)
    if (room === before) return
    chat.arrive(frame)
    reactions.arrive(frame)
    recording.arrive(frame)
    if (frame.type === 'snapshot') {
      reconcile({ fresh: true })
      const mine = room.seats.get(user.id)
      if (mine) inspector.recognise('participants', mine, frame.seen_at)
      if (before.epoch !== null && before.epoch !== room.epoch) connections.logLost()
      for (const signal of frame.data.signals ?? []) connections.receive(signal)
    } else if (frame.type === 'signals') {
      inspector.event(frame, seatOf(frame.data.record.from_peer))
      connections.receive(frame.data.record)
    } else {
      inspector.event(frame, frame.data.record ?? frame.data.old_record)
      if (frame.type === 'participants' || frame.type === 'rooms') reconcile()
    }
    changed()
  }

  /** @param {string} peer_id */
  function seatOf(peer_id) {
    return [...room.seats.values()].find((each) => each.peer_id === peer_id) ?? null
  }

  /** Whether this person's seat lets us hear them. */
  function hears(/** @type {number} */ user_id) {
    const whose = room.seats.get(user_id)
    return whose !== undefined && isAudible(whose)
  }

  /** My seat, if it is this session's. */
  function mySeat() {
    const mine = room.seats.get(user.id)
    return mine && mine.peer_id === seat.peer_id ? mine : null
  }

  /** Seconds between two messages of mine; who moderates is exempt. */
  function slowMode() {
    const { role } = room.seats.get(user.id) ?? {}
    return role === 'HOST' || role === 'MODERATOR' ? 0 : (room.room?.slow_mode ?? 0)
  }

  function reconcile({ fresh = false } = {}) {
    const me = mySeat()
    chat.reconsider()
    connections.update(me, room.seats.values(), room.room?.topology ?? 'mesh')
    sound.reconsider()
    consent.observe(me)
    if (me) voice.seen(me.muted, { speaks: maySpeak(me), fresh })
    if (me && !maySpeak(me) && !consent.warm) voice.drop()
    voice.transmit()
  }

  // Connections

  function createSessionConnections() {
    return createConnections({
      ...{ ice, inspector, connectionProblems, sound, seatOf },
      post: (signals) => seat.signal(signals.map((signal) => ({ room_id: roomId, from_peer: seat.peer_id, ...signal }))),
      onUnseated: () => seat.doubt(),
      onChange: changed,
    })
  }

  function disconnect() {
    connections.close()
    ice.close()
    connections = createSessionConnections()
  }

  function dismantle() {
    consent.close()
    recording.close()
    voice.close()
    disconnect()
    sound.close()
    network.close()
  }

  function attend() {
    sound.open()
    voice.open()
    network.open()
  }

  const here = (/** @type {number} */ user_id) => ({ room_id: `eq.${roomId}`, user_id: `eq.${user_id}` })

  const visit = {
    room_id: roomId,
    levels: { subscribe: sound.subscribe },
    chat,
    reactions,
    /** @returns {VisitState} */
    get state() {
      state ??= look()
      return state
    },
    /** @param {(state: VisitState) => void} listener */
    subscribe(listener) {
      listeners.add(listener)
      listener(visit.state)
      return () => listeners.delete(listener)
    },

    start() {
      attend()
      seat.take()
    },
    leave: () => seat.leave(),
    /** The page goes away, perhaps for good: nothing may be awaited. */
    vanish: () => seat.vanish(),
    rejoin() {
      if (standing.phase !== 'left') return
      room = { ...EMPTY, happenings: room.happenings }
      attend()
      seat.take()
    },

    /** @param {boolean} muted @returns {Promise<boolean>} whether it is so now; rejects with a Problem if the room refuses */
    setMuted(muted) {
      consent.answered()
      return voice.setMuted(muted)
    },
    retryMicrophone: () => visit.setMuted(false),
    talk: voice.talk,
    listen: () => sound.listen(),
    /** Hears nothing until `listen`. */
    pause: () => sound.pause(),

    consent,
    moderation,
    recording,
    /** @param {string} next @param {number} [user_id] */
    setRole: (next, user_id = user.id) => rows.update('participants', { role: next }, here(user_id)),
    mutePerson: (/** @type {number} */ user_id) => rows.update('participants', { muted: true }, here(user_id)),
    retryConnection: (/** @type {number} */ user_id) => connections.retry(user_id),

    /** For the debugging handle: the connections and the elements themselves. */
    peers: () => connections.peers(),
    elements: () => sound.elements(),
  }
  return visit
}
