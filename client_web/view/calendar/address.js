import { element, mark } from '../elements/element.js'
import { createShare } from '../elements/share.js'
import { inWords } from '../../words/language.js'

/**
 * The address of a calendar, to copy or to open in a calendar program.
 * @param {string} label  of its field
 * @param {{ secret?: boolean }} [how]  a secret address is not for others
 */
export function createCalendarAddress(label, { secret = false } = {}) {
  const share = createShare(label, { secret })
  const subscribe = element('a', { class: 'button', text: inWords('Open in a calendar program') })
  const file = element('a', { class: 'button button--plain', download: '', text: inWords('Download as a file') })
  const links = element('div', { class: 'page__buttons', hidden: true }, subscribe, file)
  return {
    elements: [share.element, links],
    focus: () => share.focus(),
    /** @param {string|null} address  null hides it */
    update(address) {
      share.update(address)
      links.hidden = address === null
      mark(subscribe, 'href', address && address.replace(/^https?:/u, 'webcal:'))
      mark(file, 'href', address)
    },
  }
}
