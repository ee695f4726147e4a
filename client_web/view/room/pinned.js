import { createDialog } from '../dialog/dialog.js'
import { element, mark, say } from '../elements/element.js'
import { anchor, linkOf } from '../elements/links.js'
import { symbol } from '../elements/symbol.js'
import { problemInWords } from '../elements/words.js'

/**
 * The link that is pinned at the top of the room; host and moderators pin and remove it.
 * @param {{ pinLink: (url: string) => Promise<unknown>, unpinLink: () => void }} actions
 */
export function createPinned({ pinLink, unpinLink }) {
  /** @type {string|null} */ let drawn = null
  const dialog = createPinDialog(pinLink)
  const place = element('span', { class: 'pinned__link' })
  const down = element('button', { class: 'pinned__down', type: 'button', 'aria-label': 'Remove the pinned link', title: 'Remove', on: { click: () => unpinLink() } }, symbol('close'))
  const strip = element('div', { class: 'pinned__strip' }, symbol('pin'), element('span', { class: 'visually-hidden', text: 'Pinned link:' }), place, down)
  const up = element('button', { class: 'pinned__up', type: 'button', on: { click: () => dialog.open() } }, symbol('pin'), 'Pin a link')
  const root = element('div', { class: 'pinned', hidden: true }, strip, up)
  document.body.append(dialog.element)

  return {
    element: root,
    /** @param {string|null|undefined} address @param {boolean} moderate */
    update(address, moderate) {
      const link = address ? linkOf(address) : null // only http and https become links
      if (drawn !== (link?.href ?? null)) {
        drawn = link?.href ?? null
        place.replaceChildren(...(link ? [anchor(link, { class: 'link' })] : []))
      }
      strip.hidden = !link
      down.hidden = !moderate
      up.hidden = Boolean(link) || !moderate
      root.hidden = strip.hidden && up.hidden
    },
  }
}

function createPinDialog(/** @type {(url: string) => Promise<unknown>} */ pinLink) {
  const address = element('input', { id: 'pin-address', class: 'field__input', type: 'url', inputmode: 'url', maxlength: '500', dir: 'ltr', autocomplete: 'off', placeholder: 'https://…', 'aria-describedby': 'pin-refusal' })
  const refusal = element('p', { id: 'pin-refusal', class: 'field__refusal', role: 'alert' })
  const form = element('form', { class: 'dialog__form', novalidate: true, on: { submit } },
    element('div', { class: 'field' }, element('label', { class: 'field__label', for: 'pin-address', text: 'Address' }), address, refusal),
    element('p', { class: 'quiet', text: 'Everybody sees it at the top of the room until you remove it.' }),
    element('button', { class: 'button button--action', type: 'submit', text: 'Pin it' }))
  const dialog = createDialog('Pin a link', form)

  async function submit(/** @type {Event} */ event) {
    event.preventDefault()
    const typed = address.value.trim()
    // Without a scheme, only what looks like the name of a host: "not a link" is none.
    const link = linkOf(/^[^\s/:]+\.[^\s/:]+(?:[/:]|$)/u.test(typed) ? `https://${typed}` : typed)
    if (!link) return refuse('This is no link. A link looks like https://example.org/page.')
    try {
      await pinLink(link.href)
      form.reset()
      dialog.close()
    } catch (problem) {
      refuse(problemInWords(problem))
    }
  }

  function refuse(/** @type {string} */ words) {
    say(refusal, words)
    mark(address, 'aria-invalid', words ? 'true' : null)
    if (words) address.focus()
  }

  return {
    element: dialog.element,
    open() {
      refuse('')
      dialog.open()
      address.focus()
    },
  }
}
