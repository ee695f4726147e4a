/**
 * Where the page's address leads. Any other address leads nowhere.
 *
 * @typedef {{ place: 'hallway'|'room'|'clubs'|'club'|'person'|'invitation'|'recording'|'nowhere', room_id?: number, club_id?: number,
 *             username?: string, code?: string, recording_id?: number }} Place
 * @param {string} pathname
 * @returns {Place}
 */
export function placeOf(pathname) {
  for (const [shape, place] of PLACES) {
    const found = shape.exec(pathname)
    if (found) return place(found[1]) ?? { place: 'nowhere' }
  }
  return { place: 'nowhere' }
}

/** @type {[RegExp, (part: string) => Place|null][]} */
const PLACES = [
  [/^\/$/u, () => ({ place: 'hallway' })],
  [/^\/rooms\/(\d{1,15})\/?$/u, (id) => ({ place: 'room', room_id: Number(id) })],
  [/^\/clubs\/?$/u, () => ({ place: 'clubs' })],
  [/^\/clubs\/(\d{1,15})\/?$/u, (id) => ({ place: 'club', club_id: Number(id) })],
  [/^\/people\/([^/]+)\/?$/u, (name) => named(name)],
  [/^\/recordings\/(\d{1,15})\/?$/u, (id) => ({ place: 'recording', recording_id: Number(id) })],
  [/^\/invitations\/([\w-]{1,200})\/?$/u, (code) => ({ place: 'invitation', code })],
]

/** @param {string} encoded @returns {Place|null} */
function named(encoded) {
  try {
    return { place: 'person', username: decodeURIComponent(encoded) }
  } catch {
    return null // half a percent sign: nobody's name
  }
}

export const addressOf = (/** @type {number} */ room_id) => `/rooms/${room_id}`
export const addressOfClub = (/** @type {number} */ club_id) => `/clubs/${club_id}`
export const addressOfPerson = (/** @type {string} */ username) => `/people/${encodeURIComponent(username)}`
export const addressOfRecording = (/** @type {number} */ recording_id) => `/recordings/${recording_id}`
export const addressOfInvitation = (/** @type {string} */ code) => `/invitations/${code}`

/** An address to send to somebody else: without who I am. */
export const shareable = (/** @type {string} */ pathname) => new URL(pathname, location.origin).href

const fresh = () => `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`

/**
 * Follows the address: own links change it without loading a page, Back and Forward work.
 * @param {(place: Place, how: { entry: string, back: boolean }) => void} arrive  called for every change, not for the address the page
 *   was opened with; `entry` names the entry in the history, so that one finds a page again as one left it
 * @param {(entry: string) => void} [leave]  called before, while the old page still stands
 */
export function createRoute(arrive, leave = () => {}) {
  const here = () => placeOf(location.pathname)
  let entry = history.state?.entry ?? fresh()
  history.replaceState({ entry }, '')

  /**
   * The query is kept: `?username=rick` holds on every page, and so does `?debug`.
   * @param {string} pathname @param {{ replace?: boolean }} [how]
   */
  function go(pathname, { replace = false } = {}) {
    if (location.pathname !== pathname) {
      leave(entry)
      if (!replace) entry = fresh()
      history[replace ? 'replaceState' : 'pushState']({ entry }, '', pathname + location.search)
    }
    arrive(here(), { entry, back: false })
  }

  addEventListener('popstate', () => {
    leave(entry)
    entry = history.state?.entry ?? fresh()
    arrive(here(), { entry, back: true })
  })
  document.addEventListener('click', (event) => {
    /** @type {HTMLAnchorElement|null} */
    const link = event.target instanceof Element ? event.target.closest('a[href^="/"]') : null
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
    // The lab is a page of its own, and the browser knows how to get there.
    if (!link || !plain || event.defaultPrevented || link.target === '_blank' || link.hasAttribute('download') || placeOf(link.pathname).place === 'nowhere') return
    event.preventDefault()
    go(link.getAttribute('href') ?? '/')
  })
  return { here, go }
}
