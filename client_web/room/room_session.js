import { problemFrom } from '../signaling/problem.js'
import { createRows } from '../signaling/rows.js'
import { createAbsence } from './absence.js'
import { createCaptions } from './captions.js'
import { createChat } from './chat.js'
import { createConsent } from './consent.js'
import { createFollowedRoom } from './followed_room.js'
import { createInspector } from './inspector.js'
import { createHands, queueOf } from './hands.js'
import { createListeners } from './listeners.js'
import { createModeration } from './moderation.js'
import { createObservable } from './observable.js'
import { listenersOf } from './people.js'
import { createReactions } from './reactions.js'
import { createRecording } from './recording.js'
import { createRoomApi } from './room_api.js'
import { createRoomMedia } from './room_media.js'
import { roomSessionStateOf } from './room_session_state.js'
import { createSeat } from './seat.js'

const RETRY = 2000 // ms

/**
 * One session in one room. It connects my seat, the room's state, the media, the chat and the other parts: frames of the log change them,
 * and what the page shows is computed from them (room_session_state.js).
 *
 * @typedef {import('./room_session_state.js').RoomSessionState} RoomSessionState
 * @typedef {ReturnType<typeof createRoomSession>} RoomSession
 * @typedef {object} HallwayListener
 * @property {(frame: import('../signaling/subscription.js').Frame) => void} receive  every frame of the room's stream
 * @property {(status: import('../signaling/subscription.js').SubscriptionStatus) => void} report
 *
 * @param {object} options
 * @param {Pick<ReturnType<typeof import('../session.js').createSession>, 'user'|'fetch'|'kept'>} options.session  the signed-in user
 * @param {ReturnType<typeof import('../signaling/technique.js').createTechnique>} options.technique  how the log is followed
 * @param {import('./room_media.js').MediaSettings} options.settings
 * @param {HallwayListener} options.hallway  its frames come in the room's stream
 * @param {{ room_id: number, role?: string, before?: import('./absence.js').Before|null }} options.entry
 *   role: 'AUDIENCE' to only listen; before: what I had here before the page was loaded again
 */
export function createRoomSession({ session, technique, settings, hallway, entry }) {
  const { fetch } = session
  const user = /** @type {import('../session.js').User} */ (session.user)
  const { room_id, role, before = null } = entry

  /** @type {ReturnType<typeof setTimeout>|undefined} */ let retry // of what waits
  /** @type {ReturnType<typeof import('./observable.js').createObservable<RoomSessionState>>} */
  const observable = createObservable(() => {
    const common = roomSessionStateOf({ seat, media, consent, absence, user })
    return Object.freeze({ ...common, listed: listeners.state, listeners: listenersOf(listeners.state, common.people), queue: queueOf(common, hands.state), queueRead: hands.state.phase, ...ownStates() })
  })
  const ownStates = () => ({ chat: chat.state, recording: recording.state, captions: captions.state, entries: inspector.entries, traces: inspector.traces })
  const onChange = observable.changed
  const inspector = createInspector({ onChange })
  const skew = () => inspector.skew
  const api = createRoomApi({ user, room_id, rows: createRows({ fetch, watch: inspector.watch }), technique })
  const room = createFollowedRoom(user.id)
  const absence = createAbsence({ api, times: () => session.kept, before, isMuted: () => media.myAudio.muted || media.myAudio.state.talking, onChange })
  const seat = createSeat({ api, room, look: absence.look, prepare: () => media.prepare() }, { onSession, onFrame, onStatus })
  const media = createRoomMedia({ fetch, seat, settings, inspector, onChange: onWish })
  const reactions = createReactions({ api, skew, connected: () => seat.status.phase === 'in' })
  const chat = createChat({ api, slowMode: () => (user.site_moderator ? 0 : room.slowMode()), skew, onChange })
  const consent = createConsent({ api, microphone: media.myAudio.microphone, onChange: onWish })
  const recording = createRecording({ api, skew, onChange })
  const captions = createCaptions({
    ...{ api, seat, onChange, barred: () => media.encryption.encrypted },
    heard: () => (seat.status.phase !== 'left' && seat.maySpeak ? media.myAudio.audible : null),
  })
  const hands = createHands({ select: api.select, onChange })
  const listeners = createListeners({ select: api.select, first: () => room.state.names, onChange })

  /** A session of my seat begins: the first one, or after one that was interrupted. */
  function onSession() {
    absence.begin()
    media.restart()
  }

  /** @param {import('./seat.js').SeatStatus} status @param {import('../signaling/subscription.js').SubscriptionStatus} [subscription] */
  function onStatus({ phase, reason }, subscription) {
    absence.connection(phase === 'in')
    if (subscription) {
      inspector.stream(subscription.state, subscription.reason)
      hallway.report(subscription)
    }
    if (phase === 'in') resume()
    if (phase === 'left' || reason === 'suspended') {
      clearTimeout(retry)
      retry = undefined
      if (phase === 'left') {
        absence.forget()
        chat.close()
      } else absence.begin()
      consent.close()
      recording.close()
      captions.close()
      media.close()
    }
    onChange()
  }

  /** My microphone or my hand: what waits is tried again, also if only its request was lost and not the log. */
  function onWish() {
    captions.observe()
    onChange()
    if (seat.status.phase === 'in' && (media.myAudio.state.waiting || consent.handWish !== null)) retry ??= setTimeout(tryAgain, RETRY)
  }

  function tryAgain() {
    retry = undefined
    if (seat.status.phase === 'in') resume()
  }

  /** The connection is back: sends what I wrote and did meanwhile. */
  function resume() {
    chat.resume()
    media.myAudio.resume()
    consent.resume().catch(problemFrom) // the inspector shows a refusal
  }

  /** @param {import('../signaling/subscription.js').Frame} frame */
  function onFrame(frame) {
    hallway.receive(frame)
    const { epoch } = room.state
    if (!room.receive(frame)) return
    chat.receive(frame)
    reactions.receive(frame)
    recording.receive(frame)
    captions.receive(frame)
    media.encryption.receive(frame)
    if (frame.type === 'snapshot') hands.forget()
    if (frame.type === 'snapshot') receiveSnapshot(frame, epoch)
    else receiveEvent(frame)
    onChange()
  }

  /** @param {import('../signaling/subscription.js').Frame} frame @param {string|null} epoch  of the log before it */
  function receiveSnapshot(frame, epoch) {
    onSeats({ fresh: true })
    const row = room.mySeat()
    if (row) inspector.recognise('participants', row, frame.seen_at)
    if (row && absence.end(row)?.microphone === 'restored') roomSession.setMuted(false).catch(problemFrom) // the inspector shows a refusal
    const lost = epoch !== null && epoch !== room.state.epoch
    if (lost) media.connections.logLost()
    media.encryption.reread(lost)
    resume()
    for (const signal of frame.data.signals ?? []) media.connections.receive(signal)
  }

  /** @param {import('../signaling/subscription.js').Frame} frame */
  function receiveEvent(frame) {
    if (frame.type === 'audience') return // numbers, and no row
    if (frame.type === 'signals') {
      inspector.event(frame, room.seatOf(frame.data.record.from_peer))
      if (frame.data.record.seat) media.updateConnections()
      media.connections.receive(frame.data.record)
      return
    }
    inspector.event(frame, frame.data.record ?? frame.data.old_record)
    if (frame.type === 'participants') hands.changed((frame.data.record ?? frame.data.old_record).user_id)
    if (frame.type === 'participants' || frame.type === 'rooms') onSeats({ fresh: false })
  }

  function onSeats({ fresh = false }) {
    chat.reconsider()
    media.updateConnections()
    consent.observe(seat.row)
    absence.observe(seat.row)
    media.myAudio.observe({ fresh, keepOpen: consent.openEarly })
    captions.observe()
  }

  /** @param {string} [as]  a role */
  function enter(as) {
    media.open()
    seat.take(as)
  }

  const roomSession = {
    room_id,
    levels: { subscribe: media.sound.subscribe },
    ...{ chat, reactions, consent, recording, captions, hands, listeners, moderation: createModeration(api), topologyReason: api.topologyReason },
    /** @returns {RoomSessionState} */
    get state() {
      return observable.state
    },
    subscribe: observable.subscribe,

    start: () => enter(role),
    leave: seat.leave,
    /** Leaves by another function of the database, which may refuse it. */
    leaveBy: seat.leaveBy,
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
      if (seat.status.phase !== 'left' && seat.status.reason !== 'suspended') return
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

    retryConnection: (/** @type {number} */ user_id) => media.connections.retry(user_id),

    /** For debug.js: the connections and the audio elements themselves. */
    peers: () => media.connections.peers(),
    elements: () => media.sound.elements(),
  }
  return roomSession
}
