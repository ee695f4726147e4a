/**
 * Every address of the relay: those that people open, and those that the page requests. No other module writes one, because all of them
 * begin with the path below which the relay is served: none, or `/talk` (`--root-path`). This module is at `/talk/client/…/addresses.js`,
 * and so it knows that path.
 */
export const ROOT = /^(.*)\/client\/(?:[0-9a-f]+\/)?addresses\.js$/u.exec(new URL(import.meta.url).pathname)?.[1] ?? ''

/** Which files these are; empty where they are not served by a relay. */
const VERSION = /\/client\/([0-9a-f]+)\/addresses\.js$/u.exec(new URL(import.meta.url).pathname)?.[1] ?? ''

export const HOME = `${ROOT}/`
export const CLUBS = `${ROOT}/clubs`
export const LAB = `${ROOT}/lab`
export const addressOf = (/** @type {number} */ room_id) => `${ROOT}/rooms/${room_id}`
/** The sound of a room that anybody may hear: a stream, or an HLS playlist where a browser plays no Ogg. */
export const addressOfSound = (/** @type {number} */ room_id, asPlaylist = false) => `${addressOf(room_id)}/listen${asPlaylist ? '.m3u8' : ''}`
export const addressOfClub = (/** @type {number} */ club_id) => `${ROOT}/clubs/${club_id}`
export const addressOfPerson = (/** @type {string} */ username) => `${ROOT}/people/${encodeURIComponent(username)}`
export const addressOfRecording = (/** @type {number} */ recording_id) => `${ROOT}/recordings/${recording_id}`
/** A room, a club or a person for calendar programs. @param {string} address  of its page */
export const calendarOf = (address) => `${address}/calendar.ics`
/** My own calendar, at its secret address. */
export const calendarAt = (/** @type {string} */ secret) => `${ROOT}/calendars/${secret}.ics`
export const addressOfInvitation = (/** @type {string} */ code) => `${ROOT}/invitations/${code}`

/** The service worker. With version and language in its address, a page that has others brings its own. @param {string} locale  BCP 47 */
export const workerFor = (locale) => `${ROOT}/service-worker.js?v=${VERSION}&lang=${locale}`

/** The script in which the audio of encrypted rooms is encrypted and decrypted. */
export const FRAME_WORKER = new URL('media/encryption/worker.js', import.meta.url).href

export const SESSION = `${ROOT}/session`
export const addressOfIssuer = (/** @type {string} */ name) => `${SESSION}/openid/${encodeURIComponent(name)}`
export const PASSKEYS = `${SESSION}/passkeys`
export const PASSKEY_CREATION = `${PASSKEYS}/creation`
export const PASSKEY_REQUEST = `${PASSKEYS}/request`
export const PASSKEY_SIGN_IN = `${PASSKEYS}/sign_in`
export const ACCESS_TOKENS = `${SESSION}/tokens`
export const ROWS = `${ROOT}/rows`
export const ICE = `${ROOT}/ice`
/** What is followed in the hallway; in a room it is `addressOf` that room. Each has `/events` and `/socket`. */
export const HALLWAY = `${ROOT}/hallway`
/** Of its captions, from the address of its audio with a ticket. @param {string} link */
export const addressOfCaptions = (link) => link.replace('?', '/captions?')
export const addressOfRecordingLink = (/** @type {number} */ recording_id) => `${addressOfRecording(recording_id)}/link`

/** The path in an address of the page, without the part that all have; null for an address outside of it. @param {string} pathname */
export function withoutRoot(pathname) {
  return pathname.startsWith(HOME) ? pathname.slice(ROOT.length) : null
}

/** An address to share: without my name in the query. */
export const shareable = (/** @type {string} */ pathname) => new URL(pathname, location.origin).href

/** The name under which the browser keeps something: its storage is common to all paths of a host. @param {string} name */
export const storageName = (name) => (ROOT ? `${name} ${ROOT}` : name)
