import { move } from '../elements/motion.js'

/**
 * A part of the page as a sheet over the rest: the rest is out of reach while it is open, and Back closes it as it does on a phone.
 *
 * @param {HTMLElement} root
 * @param {{ changed: () => void, closed: () => void }} callbacks  `closed` by a hand, not because there is nothing to show any more
 */
export function createSheet(root, { changed, closed }) {
  let open = false

  function become(/** @type {boolean} */ next) {
    open = next
    root.toggleAttribute('data-sheet', open)
    for (const other of root.parentElement?.children ?? []) if (other !== root && other instanceof HTMLElement) other.inert = open
    changed()
  }

  // Before the route hears of it: it is a step back out of the sheet and not to another place.
  addEventListener('popstate', (event) => {
    if (!open || history.state?.sheet) return
    event.stopImmediatePropagation()
    become(false)
    closed()
  }, { capture: true })

  return {
    get open() {
      return open
    },
    show() {
      if (open) return
      if (!history.state?.sheet) history.pushState({ ...history.state, sheet: true }, '')
      become(true)
      move(/** @type {Element} */ (root.firstElementChild), [{ transform: 'translateY(32px)', opacity: 0 }, { transform: 'none', opacity: 1 }])
    },
    close: () => open && history.back(), // and the rest when it has happened
    /** There is nothing to show any more, or room for it elsewhere. */
    drop: () => open && become(false),
  }
}
