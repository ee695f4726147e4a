import { HOME, withoutRoot } from '../../addresses.js'

/**
 * What the address of the page shows; 'nowhere' for unknown addresses.
 *
 * @typedef {{ place: 'hallway'|'room'|'clubs'|'club'|'person'|'invitation'|'recording'|'nowhere', room_id?: number, club_id?: number,
 *             username?: string, code?: string, recording_id?: number }} Place
 * @param {string} pathname
 * @returns {Place}
 */
export function placeOf(pathname) {
  const path = withoutRoot(pathname) ?? ''
  for (const [shape, place] of PLACES) {
    const found = shape.exec(path)
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
    return null // not a valid encoding
  }
}

const fresh = () => `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`

/**
 * Handles changes of the address: own links change it without loading a page, and Back and Forward work.
 * @param {(place: Place, how: { entry: string, back: boolean }) => void} arrive  called for every change, not for the address the page
 *   was opened with; `entry` names the entry of the history, for its scroll position
 * @param {(entry: string) => void} [leave]  called before, while the old page is still shown
 */
export function createRoute(arrive, leave = () => {}) {
  const here = () => placeOf(location.pathname)
  let entry = history.state?.entry ?? fresh()
  history.replaceState({ entry }, '')

  /**
   * The query is kept, for `?username=rick` and `?debug`.
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
    const link = event.target instanceof Element ? event.target.closest(`a[href^="${HOME}"]`) : null
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
    // Other links, such as that of the lab, are left to the browser.
    if (!link || !plain || event.defaultPrevented || link.target === '_blank' || link.hasAttribute('download') || placeOf(link.pathname).place === 'nowhere') return
    event.preventDefault()
    go(link.getAttribute('href') ?? HOME)
  })
  return { here, go }
}
