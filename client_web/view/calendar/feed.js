import { createDialog } from '../dialog/dialog.js'
import { element } from '../elements/element.js'
import { createCalendarAddress } from './address.js'
import { ABOUT } from './words.js'
import { inWords } from '../../words/language.js'

/** The calendar of a club or a person: an address for calendar programs. */
export function createFeed() {
  const address = createCalendarAddress(inWords('Address of the calendar'))
  const dialog = createDialog(inWords('Calendar'), element('p', { class: 'quiet', text: ABOUT }), ...address.elements)
  return {
    element: dialog.element,
    /** @param {string} whose @param {string} link */
    open(whose, link) {
      dialog.entitle(inWords('Calendar of {whose}', { whose }))
      address.update(link)
      dialog.open()
    },
  }
}
