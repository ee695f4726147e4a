import { closedByBack } from '../elements/back.js'
import { element, mark, say } from '../elements/element.js'
import { symbol } from '../elements/symbol.js'
import { inWords } from '../../words/language.js'

/**
 * A modal dialog with a title. It is closed by its button, by Escape, by a tap beside it, or by Back, which leaves the page it belongs to.
 * @param {string} title
 * @param {...Node} children
 */
export function createDialog(title, ...children) {
  const heading = element('h2', { class: 'dialog__title', text: title, tabindex: '-1', autofocus: true })
  const shut = element('button', { class: 'round dialog__close', type: 'button', 'aria-label': inWords('Close'), on: { click: close } }, symbol('close'))
  const body = element('div', { class: 'dialog__body scrolls' }, element('header', { class: 'dialog__head' }, heading, shut), ...children)
  const dialog = element('dialog', { class: 'dialog', 'aria-label': title, on: { click: closeBeside, close: closed } }, body)
  /** @type {(() => void)[]} */ const listeners = [keepFocus]

  function close() {
    dialog.close()
  }
  function closeBeside(/** @type {Event} */ event) {
    if (event.target === dialog) close()
  }
  /** The event may come late: a key may have opened the dialog again, as browsers handle keys first. */
  function closed() {
    if (dialog.open) return
    closedByBack.delete(close)
    for (const listener of listeners) listener()
  }
  /** What had the focus before may be gone, such as the button of a person's card: then the room gets it. */
  function keepFocus() {
    const focused = document.activeElement
    if (focused && focused !== document.body && focused.getClientRects().length > 0) return
    /** @type {HTMLElement|null} */ const room = document.querySelector('.room:not([hidden])')
    room?.focus({ preventScroll: true })
  }

  return {
    element: dialog,
    /** Another title. @param {string} words */
    entitle(words) {
      say(heading, words)
      mark(dialog, 'aria-label', words)
    },
    open() {
      if (dialog.open) return
      dialog.showModal()
      closedByBack.add(close)
      body.scrollTop = 0
    },
    close,
    /** @param {() => void} listener */
    onClose: (listener) => void listeners.push(listener),
  }
}
