import { element, mark, say } from '../elements/element.js'
import { redraw, symbol } from '../elements/symbol.js'
import { inWords } from '../../words/language.js'

/** The button to follow or unfollow. @param {() => void} toggle */
export function createFollow(toggle) {
  const words = element('span')
  const sign = symbol('follow')
  const button = element('button', { class: 'button button--small', type: 'button', on: { click: toggle } }, sign, words)
  return {
    element: button,
    update(/** @type {{ name: string, followed: boolean, signed_in: boolean }} */ { name, followed, signed_in }) {
      button.hidden = !signed_in
      mark(button, 'aria-pressed', followed ? 'true' : 'false')
      mark(button, 'aria-label', `${followed ? inWords('Following') : inWords('Follow')} ${name}`)
      redraw(sign, followed ? 'followed' : 'follow')
      say(words, followed ? inWords('Following') : inWords('Follow'))
    },
  }
}
