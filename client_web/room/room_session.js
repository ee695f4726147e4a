import { createRows } from '../signaling/rows.js'
import { createAbsence } from './absence.js'
import { createChat } from './chat.js'
import { createConnectionProblems } from './connection_problems.js'
import { createConsent } from './consent.js'
import { createFollowedRoom } from './followed_room.js'
import { createInspector } from './inspector.js'
import { createModeration } from './moderation.js'
import { createObservable } from './observable.js'
import { createReactions } from './reactions.js'
import { createRecording } from './recording.js'
import { createRoomMedia } from './room_media.js'
import { roomSessionStateOf } from './room_session_state.js'
import { createSeat } from './seat.js'

/**
 * One session in one room. It connects my seat, the room's state, the media, the chat and the other parts: frames of the log change them,
 * and what the page shows is computed from them (room_session_state.js).
 *
 * @typedef {import('./room_session_state.js').RoomSessionState} RoomSessionState
 * @typedef {ReturnType<typeof createRoomSession>} RoomSession
 *
 * @param {object} options
 * @param {{ id: number, username: string }} options.user
 * @param {typeof window.fetch} options.fetch  as that user
 * @param {ReturnType<typeof import('../signaling/technique.js').createTechnique>} options.technique  how the log is followed
 * @param {number} options.roomId
 * @param {ReturnType<typeof import('../media/devices.js').createDevices>} options.devices  which microphone and loudspeaker
 * @param {ReturnType<typeof import('../media/volume.js').createVolumes>} options.volumes  how loud I want to hear each person
 * @param {string} [options.role]  'AUDIENCE' to only listen
 * @param {import('./absence.js').Before|null} [options.before]  what I had here before the page was loaded again
 * @param {() => { seat: number, role: number }} [options.times]  seconds for which seat and role are kept
 * @param {(frame: import('../signaling/subscription.js').Frame) => void} [options.onFrame]  every frame: the hallway's frames come in the room's stream
 * @param {(subscription: import('../signaling/subscription.js').SubscriptionStatus) => void} [options.onSubscription]
 */
export function createRoomSession({ user, fetch, technique, devices, volumes, roomId, role, before = null, times = () => ({ seat: 10, role: 600 }), onFrame = () => {}, onSubscription = () => {} }) {
  /** @type {import('./seat.js').SeatStatus} */
  let seatStatus = { phase: 'joining', reason: null, problem: null, retry_at: null }

  const observable = createObservable(() => roomSessionStateOf({
    ...{ seatStatus, room: room.state, hostNews: room.hostNews, user_id: user.id, connections: media.connections, myAudio: media.myAudio, sound: media.sound },
    ...{ consent, devices, connectionProblems, inspector, chat, recording, absence },
  }))
  const onChange = observable.changed
  const inspector = createInspector({ onChange })
  const connectionProblems = createConnectionProblems({ onChange })
  const rows = createRows({ fetch, watch: inspector.watch })
  const skew = () => inspector.skew
  const room = createFollowedRoom(user.id)
  const absence = createAbsence({ rows, roomId, userId: user.id, times, before, onChange })
  const seat = createSeat({ user, rows, inspector, technique, roomId, role, onJoining, look: absence.look, prepare: () => media.prepare(), onFrame: receive, onStatus })
  const media = createRoomMedia({
    ...{ user_id: user.id, fetch, room, devices, volumes, inspector, connectionProblems, onChange },
    seat: {
      ...{ check: seat.check, probe: seat.probe, peer_id: () => seat.peer_id },
      signal: (signals) => seat.signal(signals.map((signal) => ({ room_id: roomId, from_peer: seat.peer_id, ...signal }))),
      writeMuted: (muted) => rows.update('participants', { muted }, seatFilter(user.id), { representation: false }),
    },
  })
  const reactions = createReactions({ user, rows, roomId, skew, connected: () => seatStatus.phase === 'in' })
  const chat = createChat({ user, rows, roomId, slowMode: room.slowMode, skew, onChange })
  const consent = createConsent({ rows, roomId, userId: user.id, microphone: media.myAudio, onChange })
  const recording = createRecording({ user, rows, roomId, skew, onChange })

  /** @param {number} user_id */
  const seatFilter = (user_id) => ({ room_id: `eq.${roomId}`, user_id: `eq.${user_id}` })

  /** A session of my seat begins: the first one, or after one that was interrupted. */
  function onJoining() {
    absence.begin({ muted: media.myAudio.muted || media.myAudio.state.talking })
    media.restart()
  }

  /** @param {import('./seat.js').SeatStatus} next @param {import('../signaling/subscription.js').SubscriptionStatus} [subscription] */
  function onStatus(next, subscription) {
    seatStatus = Object.freeze(next)
    absence.connection(next.phase === 'in')
    if (subscription) {
      inspector.stream(subscription.state, subscription.reason)
      onSubscription(subscription)
    }
    if (next.phase === 'in') resume()
    if (next.phase === 'left' || next.reason === 'suspended') {
      if (next.phase === 'left') {
        absence.forget()
        chat.close()
      } else absence.begin({ muted: media.myAudio.muted || media.myAudio.state.talking })
      consent.close()
      recording.close()
      media.close()
    }
    onChange()
  }

  /** The connection is back: sends what I wrote and did meanwhile. */
  function resume() {
    chat.resume()
    media.myAudio.resume()
    consent.resume().catch((problem) => inspector.note({ code: 'refused', problem }))
  }

  /** @param {import('../signaling/subscription.js').Frame} frame */
  function receive(frame) {
    onFrame(frame)
    const { epoch } = room.state
    if (!room.receive(frame)) return
    chat.receive(frame)
    reactions.receive(frame)
    recording.receive(frame)
    if (frame.type === 'snapshot') receiveSnapshot(frame, epoch)
    else receiveEvent(frame)
    onChange()
  }

  /** @param {import('../signaling/subscription.js').Frame} frame @param {string|null} epoch  of the log before it */
  function receiveSnapshot(frame, epoch) {
    onSeats({ fresh: true })
    const mine = room.mySeat()
    if (mine) inspector.recognise('participants', mine, frame.seen_at)
    if (mine && absence.end(mine)?.microphone === 'restored') roomSession.setMuted(false).catch((problem) => inspector.note({ code: 'refused', problem }))
    if (epoch !== null && epoch !== room.state.epoch) media.connections.logLost()
    resume()
    for (const signal of frame.data.signals ?? []) media.connections.receive(signal)
  }

  /** @param {import('../signaling/subscription.js').Frame} frame */
  function receiveEvent(frame) {
    if (frame.type === 'signals') {
      inspector.event(frame, room.seatOf(frame.data.record.from_peer))
      media.connections.receive(frame.data.record)
      return
    }
    inspector.event(frame, frame.data.record ?? frame.data.old_record)
    if (frame.type === 'participants' || frame.type === 'rooms') onSeats({ fresh: false })
  }

  function onSeats({ fresh = false }) {
    chat.reconsider()
    media.updateConnections()
    consent.observe(room.mySeat(seat.peer_id))
    absence.observe(room.mySeat(seat.peer_id))
    media.update({ fresh, keepMicrophone: consent.openEarly })
  }

  function enter() {
    media.open()
    seat.take()
  }

  const roomSession = {
    room_id: roomId,
    levels: { subscribe: media.sound.subscribe },
    ...{ chat, reactions, consent, recording, moderation: createModeration({ rows, roomId }) },
    /** @returns {RoomSessionState} */
    get state() {
      return observable.state
    },
    subscribe: observable.subscribe,

    start: enter,
    leave: () => seat.leave(),
    /** Leaves by another function of the database, which may refuse it. @param {string} name @param {import('../signaling/rows.js').Row} [args] */
    leaveBy: (name, args) => seat.leaveBy(name, args),
    /** The page is left; the user may return to it. @returns {import('./absence.js').Before|null} the room to return to, if there is one */
    suspend() {
      seat.suspend()
      return absence.before
    },
    /** Tries to connect now, without waiting for the next attempt. */
    reconnect: () => seat.probe(true),
    /** I have read what was shown after my return. */
    dismissReturn: absence.dismiss,
    rejoin() {
      if (seatStatus.phase !== 'left' && seatStatus.reason !== 'suspended') return
      room.restart()
      enter()
    },

    /** @param {boolean} muted @returns {Promise<boolean>} whether it is so now; rejects with a Problem if the room refuses */
    setMuted(muted) {
      consent.answered()
      return media.myAudio.setMuted(muted)
    },
    retryMicrophone: () => roomSession.setMuted(false),
    talk: media.myAudio.talk,
    listen: () => media.sound.listen(),
    /** Plays nothing until `listen`. */
    pause: () => media.sound.pause(),

    /** @param {string} next @param {number} [user_id] */
    setRole: (next, user_id = user.id) => rows.update('participants', { role: next }, seatFilter(user_id)),
    mutePerson: (/** @type {number} */ user_id) => rows.update('participants', { muted: true }, seatFilter(user_id)),
    retryConnection: (/** @type {number} */ user_id) => media.connections.retry(user_id),

    /** For debug.js: the connections and the audio elements themselves. */
    peers: () => media.connections.peers(),
    elements: () => media.sound.elements(),
  }
  return roomSession
}
