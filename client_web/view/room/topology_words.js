import { qualityProblemInWords } from '../stage/quality_words.js'
import { counted } from '../elements/words.js'

/**
 * @import { Quality } from '../../media/quality.js'
 * @import { RoomSessionState } from '../../room/room_session_state.js'
 */

/** The texts on topologies. Pure. */

/** The topologies with their names and descriptions. @type {readonly { topology: 'auto'|'mesh'|'sfu'|'mcu', name: string, about: string }[]} */
export const TOPOLOGIES = [
  { topology: 'auto', name: 'Automatic', about: 'Directly while few people are here, and through a server when more come. The room changes while people talk.' },
  { topology: 'mesh', name: 'Directly (mesh)', about: 'Everybody sends audio to everybody directly. This is best for small rooms.' },
  { topology: 'sfu', name: 'Through a server (SFU)', about: 'The server forwards every voice unchanged. You send yours only once, to any number of listeners.' },
  { topology: 'mcu', name: 'Mixed by a server (MCU)', about: 'The server mixes all voices into one. A large room costs you no more than one call, but you cannot change the volume of one person.' },
]

const USED = { mesh: 'directly', sfu: 'through a server', mcu: 'mixed by a server' }

/** @type {Record<import('./topology_reason.js').TopologyReason, string>} */
const REASONS = {
  host: 'because the host chose it',
  few: 'because few people are here',
  many_speakers: 'because many people may speak',
  many_people: 'because many people are here',
  no_node: 'because no audio server is running. With so many people, everybody on stage needs a fast connection',
  mix_is_used: 'because the room is recorded or sent on',
}

/** Why the room has its topology, where that is automatic. @type {import('./topology_reason.js').Words} */
export const reasonInWords = (topology, reason) => `Now ${USED[topology]}, ${REASONS[reason]}.`

/** The same in the inspector. @type {import('./topology_reason.js').Words} */
export const reasonInTerms = (topology, reason) => `topology auto: ${topology}, ${REASONS[reason]}.`

const ROUTES = {
  mesh: 'audio goes directly from person to person',
  sfu: 'audio goes through a server, which forwards every voice',
  mcu: 'audio goes through a server, which mixes all voices into one',
  edge: 'audio comes from a server for large audiences, which has all voices in one',
}

/** @typedef {Pick<import('../../room/connection_states.js').Route, 'topology'|'status'> & { quality: Quality|null, node?: { kind: string }|null }} ShownRoute */

/** The route of the room's audio, for those who ask. @param {Pick<ShownRoute, 'topology'|'node'>} route */
export const routeInWords = ({ topology, node }) => ROUTES[node?.kind === 'edge' ? 'edge' : topology].replace('audio', 'Audio')

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

/** These are said above the people, with what to do (losses.js). */
export const SAID_ELSEWHERE = new Set(['lost', 'no_node'])

/** What is announced when a problem is over; otherwise it was the connection's quality. @type {Record<string, string>} */
const OVER = {
  moving: 'The sound travels as before',
  ...Object.fromEntries(['connecting', 'reconnecting', 'lost', 'no_node'].map((status) => [status, 'You are connected with the audio server now'])),
}

/**
 * What screen readers announce: only what changes while I am in the room. How the sound travels at the entry, and the connecting that belongs to
 * the entry, are no changes.
 * @typedef {{ topology: ShownRoute['topology'], problem: string, entered: boolean }} KnownRoute  `topology` in use; `problem`: a status, or words on quality
 * @param {KnownRoute|null} known  null at the entry
 * @param {ShownRoute} route
 * @returns {{ known: KnownRoute, words: string }}
 */
export function routeNews(known, route) {
  const { topology, status } = route
  const settled = status === 'settled'
  const problem = settled ? routeProblemInWords(route) : status
  if (!known?.entered) return { known: { topology, problem, entered: status !== 'connecting' && status !== 'moving' }, words: '' }
  const news = []
  if (settled && topology !== known.topology) news.push(`From now on, ${ROUTES[topology]}`)
  else if (settled && !problem && known.problem) news.push(OVER[known.problem] ?? 'Your connection is good again')
  if (problem !== known.problem && !SAID_ELSEWHERE.has(status)) news.push(routeProblemInWords(route))
  return { known: { topology: settled ? topology : known.topology, problem, entered: true }, words: news.filter(Boolean).join('. ') }
}

/**
 * What a topology would cost me in this room now: "Here you send 11 times and get 3 voices." An edge has all voices in one.
 * @param {'auto'|'mesh'|'sfu'|'mcu'} topology
 * @param {Pick<RoomSessionState, 'me'|'counts'|'stage'> & { route: Pick<ShownRoute, 'topology'|'node'>|null }} roomSession
 */
export function costInWords(topology, { me, counts, stage, route }) {
  if (!me || topology === 'auto') return ''
  const others = counts.here - 1
  const voices = stage.filter((person) => !person.me).length
  const sends = !me.on_stage ? 0 : topology === 'mesh' ? others : 1
  const sent = sends === 0 ? 'send nothing' : sends === 1 ? 'send once' : sends === 2 ? 'send twice' : `send ${sends} times`
  const mixed = topology === 'mcu' || (topology === route?.topology && route.node?.kind === 'edge')
  const got = mixed ? 'one sound' : voices === 0 ? 'no voice' : counted(voices, 'voice')
  return `Here you ${sent} and get ${got}.`
}
