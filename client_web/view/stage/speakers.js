import { element, say } from '../elements/element.js'
import { symbol } from '../elements/symbol.js'
import { inWords, isolated } from '../../words/language.js'

const NAMED = 3

/**
 * Who speaks, in the order they began. Not announced: a screen reader would talk at the same time as the speakers.
 */
export function createSpeakers() {
  const words = element('span', { class: 'speakers__words' })
  const root = element('p', { class: 'speakers' }, symbol('wave'), words)
  return {
    element: root,
    /** @param {{ speakers: readonly { username: string, me: boolean }[], phase: string }} roomSession */
    update({ speakers, phase }) {
      // While I am not connected, it is not known who hears me, nor that nobody speaks.
      const shown = phase === 'in' ? speakers : speakers.filter(({ me }) => !me)
      root.hidden = phase === 'left' || phase === 'joining' || (phase !== 'in' && shown.length === 0)
      root.classList.toggle('speakers--some', shown.length > 0)
      say(words, speakersInWords(shown))
    },
  }
}

/** "Speaking: amara, then beth" @param {readonly { username: string, me: boolean }[]} speakers */
export function speakersInWords(speakers) {
  if (!speakers.length) return inWords('Nobody is speaking')
  const names = speakers.slice(0, NAMED).map((one) => (one.me ? inWords('you') : isolated(one.username)))
  const more = speakers.length - names.length
  const order = names.reduce((earlier, next) => inWords('{earlier}, then {next}', { earlier, next }))
  return more ? inWords('Speaking: {names} and {more, plural, one {# more} other {# more}}', { names: order, more }) : inWords('Speaking: {names}', { names: order })
}
