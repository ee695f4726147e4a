import { mark } from './element.js'

/**
 * Content that a button opens over the page. It is closed by Escape, by a tap beside it, or when the focus leaves it.
 * @param {HTMLElement} root  contains both
 * @param {HTMLButtonElement} button
 * @param {HTMLElement} content
 * @param {{ shown?: () => void }} [callbacks]
 */
export function disclose(root, button, content, { shown = () => {} } = {}) {
  const isOpen = () => button.getAttribute('aria-expanded') === 'true'

  function show(/** @type {boolean} */ open) {
    if (open === isOpen()) return
    const focused = content.contains(document.activeElement)
    mark(button, 'aria-expanded', String(open))
    content.toggleAttribute('data-open', open)
    if (open) shown()
    else if (focused) button.focus()
  }

  mark(button, 'aria-expanded', 'false')
  button.addEventListener('click', () => show(!isOpen()))
  root.addEventListener('focusout', ({ relatedTarget }) => relatedTarget instanceof Node && !root.contains(relatedTarget) && show(false))
  root.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !isOpen()) return
    event.preventDefault()
    show(false)
  })
  document.addEventListener('pointerdown', ({ target }) => target instanceof Node && !root.contains(target) && show(false))
  return { show, toggle: () => show(!isOpen()) }
}
