import { mayOf, peopleOf } from './people.js'
import { isNode, present } from './state.js'

/**
 * The state of a room session: everything that the views read, computed from its parts.
 *
 * @param {object} parts
 * @param {import('./seat.js').SeatStatus} parts.seatStatus
 * @param {import('./state.js').RoomState} parts.room
 * @param {Readonly<import('./host_news.js').HostNews>|null} parts.hostNews
 * @param {number} parts.user_id
 * @param {ReturnType<typeof import('./connections.js').createConnections>} parts.connections
 * @param {ReturnType<typeof import('./my_audio.js').createMyAudio>} parts.myAudio
 * @param {ReturnType<typeof import('./sound.js').createSound>} parts.sound
 * @param {ReturnType<typeof import('./consent.js').createConsent>} parts.consent
 * @param {ReturnType<typeof import('../media/devices.js').createDevices>} parts.devices
 * @param {ReturnType<typeof import('./connection_problems.js').createConnectionProblems>} parts.connectionProblems
 * @param {ReturnType<typeof import('./inspector.js').createInspector>} parts.inspector
 * @param {ReturnType<typeof import('./chat.js').createChat>} parts.chat
 * @param {ReturnType<typeof import('./recording.js').createRecording>} parts.recording
 * @param {ReturnType<typeof import('./absence.js').createAbsence>} parts.absence
 */
export function roomSessionStateOf({ seatStatus, room, hostNews, user_id, connections, myAudio, sound, consent, devices, connectionProblems, inspector, chat, recording, absence }) {
  const { route } = connections
  const mixed = route?.topology === 'mcu' && route.connected
  const people = peopleOf(room, { user_id, muted: myAudio.muted, soundOf: sound.of, connectionOf: connections.connectionOf, mixed, away: seatStatus.phase === 'reconnecting' })
  const me = people.find((person) => person.me) ?? null
  return Object.freeze({
    ...seatStatus,
    room: room.room,
    route: route && Object.freeze({ ...route, quality: route.node && sound.of(route.node.user_id).quality }),
    nodes: present(room).filter(isNode),
    ...{ me, people, stage: people.filter((person) => person.on_stage), audience: people.filter((person) => !person.on_stage) },
    queue: people.filter((person) => person.hand !== null).sort((a, b) => Number(a.hand) - Number(b.hand)),
    seatChange: consent.seatChange ?? (myAudio.mutedByOther ? 'muted' : null),
    may: mayOf(me, room.room),
    handWish: consent.handWish,
    microphone: myAudio.state,
    devices: devices.state,
    speakers: sound.speaking.turns.flatMap((turn) => people.filter((person) => person.user_id === turn.user_id && !person.muted)),
    spoke: sound.speaking.recent,
    ...{ blocked: sound.blocked, connectionProblems: connectionProblems.list, seatEvents: room.seatEvents, hostNews },
    ...{ entries: inspector.entries, traces: inspector.traces, chat: chat.state, recording: recording.state, returned: absence.news, seatGone: absence.gone, times: absence.times },
  })
}

/**
 * @typedef {ReturnType<typeof roomSessionStateOf>} RoomSessionState
 * @typedef {RoomSessionState & { room_id: number, blocks?: ReadonlySet<number>, invited?: boolean }} ShownRoomSession  as a view gets it
 */
