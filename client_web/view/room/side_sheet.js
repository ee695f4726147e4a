import { move } from '../elements/motion.js'

/**
 * A part of the page as a sheet over the rest. While it is open the rest cannot be used, and Back closes it.
 *
 * @param {HTMLElement} root
 * @param {{ changed: () => void, closed: () => void }} callbacks  `closed`: by the user, not by `drop`
 */
export function createSheet(root, { changed, closed }) {
  let open = false

  function become(/** @type {boolean} */ next) {
    open = next
    root.toggleAttribute('data-sheet', open)
    for (const other of root.parentElement?.children ?? []) if (other !== root && other instanceof HTMLElement) other.inert = open
    changed()
  }

  // Before the route handles it: Back closes the sheet and does not open another page.
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
    close: () => open && history.back(), // the popstate listener does the rest
    /** Closes it because it is not needed any more. */
    drop: () => open && become(false),
  }
}
