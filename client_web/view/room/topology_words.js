import { qualityProblemInWords } from '../stage/quality_words.js'
import { counted } from '../elements/words.js'

/**
 * @import { Quality } from '../../media/quality.js'
 * @import { RoomSessionState } from '../../room/room_session_state.js'
 */

/** The texts on topologies. Pure. */

/** The topologies with their names and descriptions. @type {readonly { topology: 'mesh'|'sfu'|'mcu', name: string, about: string }[]} */
export const TOPOLOGIES = [
  { topology: 'mesh', name: 'Mesh', about: 'Everybody sends audio to everybody directly. This is best for small rooms.' },
  { topology: 'sfu', name: 'SFU', about: 'A server forwards every voice unchanged. You send yours only once, to any number of listeners.' },
  { topology: 'mcu', name: 'MCU', about: 'A server mixes all voices into one. A large room costs you no more than one call, but you cannot change the volume of one person.' },
]

const ROUTES = {
  mesh: 'Audio goes directly from person to person',
  sfu: 'Audio goes through a server, which forwards every voice',
  mcu: 'Audio goes through a server, which mixes all voices into one',
}

/** @typedef {Pick<import('../../room/connections.js').Route, 'topology'|'status'> & { quality: Quality|null }} ShownRoute */

/** The route of the room's audio, for those who ask. @param {Pick<ShownRoute, 'topology'>} route */
export const routeInWords = ({ topology }) => ROUTES[topology]

/** What is wrong with the route, shown under the room's name; mostly empty. @param {ShownRoute} route */
export function routeProblemInWords({ topology, status, quality }) {
  switch (status) {
    case 'moving': return 'Changing how the sound travels…'
    case 'connecting': return 'Connecting with the audio server…'
    case 'reconnecting': return 'Reconnecting with the audio server…'
    case 'lost': return 'No connection to the audio server right now'
    case 'no_node': return 'Waiting for an audio server'
    default: return topology === 'mesh' ? '' : qualityProblemInWords(quality)
  }
}

/**
 * What a topology would cost me in this room now: "Here you send 11 times and get 3 voices."
 * @param {'mesh'|'sfu'|'mcu'} topology
 * @param {Pick<RoomSessionState, 'me'|'people'|'stage'>} roomSession
 */
export function costInWords(topology, { me, people, stage }) {
  if (!me) return ''
  const others = people.length - 1
  const voices = stage.filter((person) => !person.me).length
  const sends = !me.on_stage ? 0 : topology === 'mesh' ? others : 1
  const sent = sends === 0 ? 'send nothing' : sends === 1 ? 'send once' : sends === 2 ? 'send twice' : `send ${sends} times`
  const got = topology === 'mcu' ? 'one sound' : voices === 0 ? 'no voice' : counted(voices, 'voice')
  return `Here you ${sent} and get ${got}.`
}
