import { mayOf, peopleOf } from './people.js'
import { countsOf, handsOf, isCounted, isNode, present } from './state.js'

/**
 * The state of a room session: everything that the views read, computed from its parts.
 *
 * @param {object} parts
 * @param {import('./seat.js').MySeat} parts.seat
 * @param {import('./room_media.js').RoomMedia} parts.media
 * @param {ReturnType<typeof import('./consent.js').createConsent>} parts.consent
 * @param {ReturnType<typeof import('./absence.js').createAbsence>} parts.absence
 * @param {import('../session.js').User} parts.user  me
 */
export function roomSessionStateOf({ seat, media, consent, absence, user }) {
  const { room, seatEvents } = seat.room.state
  const { route, sound, myAudio, encryption } = media
  const people = peopleOf(seat, media)
  const me = people.find((person) => person.me) ?? null
  const counted = isCounted(seat.room.state)
  return {
    ...seat.status,
    ...{ room, seatEvents, hostNews: seat.room.hostNews, nodes: present(seat.room.state).filter(isNode) },
    route: route && Object.freeze({ ...route, quality: route.node && sound.of(route.node.user_id).quality }),
    ...{ me, people, counted, counts: countsOf(seat.room.state), stage: people.filter((person) => person.on_stage) },
    // In a counted room only those of whom everybody should know, and me.
    audience: people.filter((person) => !person.on_stage && (!counted || person.me || person.invited || person.hand !== null)),
    hands: handsOf(seat.room.state),
    seatChange: consent.seatChange ?? (myAudio.mutedByOther ? 'muted' : null),
    may: mayOf(me, room, user),
    handWish: consent.handWish,
    microphone: myAudio.state,
    encryption: encryption.state,
    devices: media.devices.state,
    speakers: sound.speaking.turns.flatMap((turn) => people.filter((person) => person.user_id === turn.user_id && !person.muted)),
    ...{ spoke: sound.speaking.recent, blocked: sound.blocked, connectionProblems: media.problems },
    ...{ returned: absence.news, seatGone: absence.gone, times: absence.times },
  }
}

/**
 * @typedef {object} OwnStates  of parts that are shown as they are
 * @property {import('./chat.js').ChatState} chat
 * @property {ReturnType<typeof import('./recording.js').createRecording>['state']} recording
 * @property {import('./captions.js').CaptionsState} captions
 * @property {readonly import('./people.js').Person[]} queue  who raises a hand and is known, in the order of the hands; `hands` is how many do
 * @property {import('./hands.js').ReadHands['phase']} queueRead  of those of a counted room whose seats are not known
 * @property {import('./listeners.js').Listed} listed  in a counted room
 * @property {readonly import('./people.js').Person[]} listeners  who is listed
 * @property {readonly import('./inspector.js').Entry[]} entries
 * @property {readonly import('./inspector.js').Trace[]} traces
 *
 * @typedef {Readonly<ReturnType<typeof roomSessionStateOf> & OwnStates>} RoomSessionState
 * @typedef {RoomSessionState & { room_id: number, blocks?: ReadonlySet<number>, invited?: boolean }} ShownRoomSession  as a view gets it
 */
