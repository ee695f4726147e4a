import { createDialog } from '../dialog/dialog.js'
import { createField, createForm } from '../dialog/form.js'
import { whenOpened } from '../elements/when_opened.js'
import { element } from '../elements/element.js'
import { anchor, linkOf } from '../elements/links.js'
import { symbol } from '../elements/symbol.js'
import { inWords } from '../../words/language.js'

/**
 * The link that is pinned at the top of the room; host and moderators pin and remove it.
 * @param {{ pinLink: (url: string) => Promise<unknown>, unpinLink: () => void }} actions
 */
export function createPinned({ pinLink, unpinLink }) {
  /** @type {string|null} */ let drawn = null
  const dialog = whenOpened(() => createPinDialog(pinLink))
  const place = element('span', { class: 'pinned__link' })
  const down = element('button', { class: 'round', type: 'button', 'aria-label': inWords('Remove the pinned link'), title: inWords('Remove'), on: { click: () => unpinLink() } }, symbol('close'))
  const strip = element('div', { class: 'pinned__strip' }, symbol('pin'), element('span', { class: 'visually-hidden', text: inWords('Pinned link:') }), place, down)
  const up = element('button', { class: 'pinned__up', type: 'button', on: { click: () => dialog.built().open() } }, symbol('pin'), inWords('Pin a link'))
  const root = element('div', { class: 'pinned', hidden: true }, strip, up)

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

/** @type {Record<string, [field: string]>} */
const RULES = { rooms_pinned_link_is_a_web_address: ['address'], rooms_pinned_link_has_no_hidden_controls: ['address'] }

function createPinDialog(/** @type {(url: string) => Promise<unknown>} */ pinLink) {
  const input = element('input', { type: 'url', inputmode: 'url', maxlength: '500', dir: 'ltr', autocomplete: 'off', placeholder: 'https://…' })
  const address = createField({ id: 'pin-address', label: inWords('Address'), hint: inWords('Everybody sees it at the top of the room until you remove it.'), input })
  const form = createForm({ fields: { address }, rules: RULES, go: inWords('Pin it'), check: () => (typed() ? null : ['address', inWords('This is no link. A link looks like https://example.org/page.')]), submit }, address.element)
  const dialog = createDialog(inWords('Pin a link'), form.element)

  /** Adds https:// only to a text that begins like the name of a host: with a dot, and without a space. */
  const typed = () => linkOf(/^[^\s/:]+\.[^\s/:]+(?:[/:]|$)/u.test(address.value) ? `https://${address.value}` : address.value)

  async function submit() {
    await pinLink(typed()?.href ?? '')
    form.element.reset()
    dialog.close()
  }

  return {
    element: dialog.element,
    open() {
      form.clear()
      dialog.open()
      address.focus()
    },
  }
}
