import { qualityProblemInWords } from '../stage/quality_words.js'
import { capital } from '../elements/words.js'
import { inWords } from '../../words/language.js'

/**
 * @import { Quality } from '../../media/quality.js'
 * @import { RoomSessionState } from '../../room/room_session_state.js'
 */

/** The texts on topologies. Pure. */

/** The topologies with their names and descriptions. @type {readonly { topology: 'auto'|'mesh'|'sfu'|'mcu', name: string, about: string }[]} */
export const TOPOLOGIES = [
  { topology: 'auto', name: inWords('Automatic'), about: inWords('Directly while few people are here, and through a server when more come. The room changes while people talk.') },
  { topology: 'mesh', name: inWords('Directly (mesh)'), about: inWords('Everybody sends audio to everybody directly. This is best for small rooms.') },
  { topology: 'sfu', name: inWords('Through a server (SFU)'), about: inWords('The server forwards every voice unchanged. You send yours only once, to any number of listeners.') },
  { topology: 'mcu', name: inWords('Mixed by a server (MCU)'), about: inWords('The server mixes all voices into one. A large room costs you no more than one call, but you cannot change the volume of one person.') },
]

/** @param {string} why */
const used = (why) => ({ mesh: inWords('Now directly, {why}.', { why }), sfu: inWords('Now through a server, {why}.', { why }), mcu: inWords('Now mixed by a server, {why}.', { why }) })

/** @type {Record<import('./topology_reason.js').TopologyReason, string>} */
const REASONS = {
  host: inWords('because the host chose it'),
  few: inWords('because few people are here'),
  many_speakers: inWords('because many people may speak'),
  many_people: inWords('because many people are here'),
  no_node: inWords('because no audio server is running. With so many people, everybody on stage needs a fast connection'),
  mix_is_used: inWords('because the room is recorded or sent on'),
}

/** Why the room has its topology, where that is automatic. @type {import('./topology_reason.js').Words} */
export const reasonInWords = (topology, reason) => used(REASONS[reason])[topology]

/** The same in the inspector. @type {import('./topology_reason.js').Words} */
export const reasonInTerms = (topology, reason) => inWords('topology auto: {topology}, {why}.', { topology, why: REASONS[reason] })

const ROUTES = {
  mesh: inWords('audio goes directly from person to person'),
  sfu: inWords('audio goes through a server, which forwards every voice'),
  mcu: inWords('audio goes through a server, which mixes all voices into one'),
  edge: inWords('audio comes from a server for large audiences, which has all voices in one'),
}

/** @typedef {Pick<import('../../room/connection_states.js').Route, 'topology'|'status'> & { quality: Quality|null, node?: { kind: string }|null }} ShownRoute */

/** The route of the room's audio, for those who ask. @param {Pick<ShownRoute, 'topology'|'node'>} route */
export const routeInWords = ({ topology, node }) => capital(ROUTES[node?.kind === 'edge' ? 'edge' : topology])

/** What is wrong with the route, shown under the room's name; mostly empty. @param {ShownRoute} route */
export function routeProblemInWords({ topology, status, quality }) {
  switch (status) {
    case 'moving': return inWords('Changing how the sound travels…')
    case 'connecting': return inWords('Connecting with the audio server…')
    case 'reconnecting': return inWords('Reconnecting with the audio server…')
    case 'lost': return inWords('No connection to the audio server right now')
    case 'no_node': return inWords('Waiting for an audio server')
    default: return topology === 'mesh' ? '' : qualityProblemInWords(quality)
  }
}

/** These are said above the people, with what to do (losses.js). */
export const SAID_ELSEWHERE = new Set(['lost', 'no_node'])

/** What is announced when a problem is over; otherwise it was the connection's quality. @type {Record<string, string>} */
const OVER = {
  moving: inWords('The sound travels as before'),
  ...Object.fromEntries(['connecting', 'reconnecting', 'lost', 'no_node'].map((status) => [status, inWords('You are connected with the audio server now')])),
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
  if (settled && topology !== known.topology) news.push(inWords('From now on, {how}', { how: ROUTES[topology] }))
  else if (settled && !problem && known.problem) news.push(OVER[known.problem] ?? inWords('Your connection is good again'))
  if (problem !== known.problem && !SAID_ELSEWHERE.has(status)) news.push(routeProblemInWords(route))
  return { known: { topology: settled ? topology : known.topology, problem, entered: true }, words: news.filter(Boolean).join('. ') }
}

/**
 * What a topology would cost me in this room now: "Here you get 3 voices. When you talk, you send 11 times." An edge has all voices in one.
 * @param {'auto'|'mesh'|'sfu'|'mcu'} topology
 * @param {Pick<RoomSessionState, 'me'|'counts'|'stage'> & { route: Pick<ShownRoute, 'topology'|'node'>|null }} roomSession
 */
export function costInWords(topology, { me, counts, stage, route }) {
  if (!me || topology === 'auto') return ''
  const others = counts.here - 1
  const voices = stage.filter((person) => !person.me).length
  const sends = topology === 'mesh' ? others : 1
  const mixed = topology === 'mcu' || (topology === route?.topology && route.node?.kind === 'edge')
  const given = { sends, voices }
  if (!me.on_stage || sends === 0) return mixed ? inWords('Here you send nothing and get one sound.') : inWords('Here you send nothing and get {voices, plural, =0 {no voice} one {# voice} other {# voices}}.', given)
  // Who is muted sends nothing.
  return mixed
    ? inWords('Here you get one sound. When you talk, you {sends, plural, =1 {send once} =2 {send twice} one {send # times} other {send # times}}.', given)
    : inWords('Here you get {voices, plural, =0 {no voice} one {# voice} other {# voices}}. When you talk, you {sends, plural, =1 {send once} =2 {send twice} one {send # times} other {send # times}}.', given)
}
