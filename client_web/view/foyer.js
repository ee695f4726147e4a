import { element, mark, say } from './element.js'
import { symbol } from './symbol.js'

/**
 * What stands in the middle while I am in no room: a welcome, a threshold for who has no name yet, or a door that is not there.
 * @param {{ signIn: () => void }} acts
 */
export function createFoyer({ signIn }) {
  const welcome = element('div', { class: 'foyer' }, doorsAjar(),
    element('p', { class: 'foyer__lead', text: 'A few doors are ajar.' }),
    element('p', { class: 'foyer__more quiet', text: 'See who is in which room, walk in, talk, leave quietly. Your microphone stays off until you turn it on.' }),
    element('p', { class: 'foyer__how' }, element('span', { class: 'caps', text: 'or from psql' }), element('code', { text: 'select * from hallway;' })),
    element('p', { class: 'foyer__how' }, element('span', { class: 'caps', text: 'or see how it travels' }), element('a', { href: '/lab', text: 'Four ways to signal, one room' })))
  const home = element('a', { class: 'button button--action', text: 'Back to the room' })
  const folded = element('div', { class: 'foyer' },
    element('p', { class: 'foyer__lead', text: 'Looking around.' }),
    element('p', { class: 'foyer__more quiet', text: 'You are still in your room and hear everyone. They hear you too, if your microphone is on.' }), home)
  const lost = element('div', { class: 'foyer foyer--lost' },
    element('h1', { class: 'foyer__lead', text: 'There is no door here.', tabindex: '-1' }),
    element('p', { class: 'foyer__more quiet', text: 'The address may be old, or mistyped. The hallway knows which rooms are open.' }),
    element('a', { class: 'button button--action', href: '/', text: 'To the hallway' }))
  const plate = element('h1', { class: 'foyer__lead', tabindex: '-1' })
  const threshold = element('div', { class: 'foyer' }, plate,
    element('p', { class: 'foyer__more quiet', text: 'The door is ajar. Say who you are and walk in; your microphone stays off.' }),
    element('button', { class: 'button button--action', type: 'button', text: 'Choose a name', on: { click: signIn } }),
    element('a', { class: 'foyer__back', href: '/' }, symbol('back'), 'Hallway'))
  const root = element('div', { class: 'foyer-place' }, welcome, folded, lost, threshold)
  return {
    element: root,
    /**
     * @param {'welcome'|'folded'|'lost'|'threshold'} kind
     * @param {string} [name]  the room's, where it is known
     * @param {string} [address]  of the room I am in
     */
    show(kind, name, address) {
      mark(home, 'href', address)
      threshold.hidden = kind !== 'threshold'
      say(plate, name ?? 'A room')
      welcome.hidden = kind !== 'welcome'
      folded.hidden = kind !== 'folded'
      lost.hidden = kind !== 'lost'
    },
  }
}

function doorsAjar() {
  const drawn = symbol('doors-ajar', '0 0 240 96')
  drawn.setAttribute('class', 'foyer__doors')
  return drawn
}
