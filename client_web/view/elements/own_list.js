import { element } from './element.js'

/**
 * Things of mine, each with its name, what is known of it, and a button that ends it.
 * @template {{ name: string }} T
 * @param {{ word: string, about: (one: T) => string, end: (one: T) => void }} how  word: what the button says
 */
export function createOwnList({ word, about, end }) {
  const list = element('ul', { class: 'own-list' })
  return {
    element: list,
    /** @param {T[]} all */
    update(all) {
      list.replaceChildren(...all.map((one) => element('li', { class: 'own-list__one' },
        element('span', {}, element('bdi', {}, element('strong', { text: one.name })), ' ', element('span', { class: 'quiet', text: about(one) })),
        element('button', { class: 'button button--plain', type: 'button', text: word, 'aria-label': `${word} ${one.name}`, on: { click: () => end(one) } }))))
    },
  }
}
