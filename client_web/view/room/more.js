import { disclose } from '../elements/disclosure.js'
import { element } from '../elements/element.js'
import { symbol } from '../elements/symbol.js'
import { inWords } from '../../words/language.js'

/**
 * Controls that are behind a "More" button on narrow screens, and in the bar itself on wide ones.
 * @param {...HTMLElement} controls
 */
export function createMore(...controls) {
  const button = element('button', { class: 'control control--more', type: 'button', title: inWords('More') }, symbol('more'), element('span', { class: 'control__label', text: inWords('More') }))
  const content = element('div', { class: 'more__content', on: { click: () => more.show(false) } }, ...controls)
  const root = element('div', { class: 'more' }, button, content)
  const more = disclose(root, button, content)
  return { element: root }
}
