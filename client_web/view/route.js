/**
 * Where the page's address leads. `/` is the hallway, `/rooms/{id}` a room; anything else is a door that is not there.
 *
 * @typedef {{place: 'hallway'} | {place: 'room', room_id: number} | {place: 'nowhere'}} Place
 * @param {string} pathname
 * @returns {Place}
 */
export function placeOf(pathname) {
  if (pathname === '/') return { place: 'hallway' }
  const room = /^\/rooms\/(\d{1,15})\/?$/u.exec(pathname)
  return room ? { place: 'room', room_id: Number(room[1]) } : { place: 'nowhere' }
}

export const addressOf = (room_id) => `/rooms/${room_id}`

/**
 * Follows the address: own links change it without loading a page, Back and Forward work.
 * @param {(place: Place) => void} arrive  called for every change, not for the address the page was opened with
 */
export function createRoute(arrive) {
  const here = () => placeOf(location.pathname)

  /** The query is kept: `?username=rick` holds on every page, and so does `?debug`. */
  function go(pathname, { replace = false } = {}) {
    if (location.pathname !== pathname) history[replace ? 'replaceState' : 'pushState'](null, '', pathname + location.search)
    arrive(here())
  }

  addEventListener('popstate', () => arrive(here()))
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href^="/"]')
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
    // The lab is a page of its own, and the browser knows how to get there.
    if (!link || !plain || event.defaultPrevented || placeOf(link.pathname).place === 'nowhere') return
    event.preventDefault()
    go(link.getAttribute('href'))
  })
  return { here, go }
}
