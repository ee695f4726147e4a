import { element, mark, say } from '../elements/element.js'
import { connectionExplained, connectionSymbol } from '../stage/quality_words.js'
import { redraw, symbol } from '../elements/symbol.js'
import { inWords } from '../../words/language.js'

/** @import { Person } from '../../room/people.js' */

/**
 * On a person's card: the volume at which I hear them, and the quality of the connection.
 * @param {{ setVolume: (user_id: number, change: { volume?: number, silenced?: boolean }) => void }} actions
 */
export function createSeatSound({ setVolume }) {
  /** @type {Person|null} */ let person = null
  const slider = element('input', { class: 'volume__slider', type: 'range', min: '0', max: '100', step: '5', on: { input: () => person && setVolume(person.user_id, { volume: Number(slider.value), silenced: false }) } })
  const percent = element('output', { class: 'volume__percent' })
  const muteSymbol = symbol('sound')
  const muteButton = element('button', { class: 'button volume__mute', type: 'button', on: { click: () => person && setVolume(person.user_id, { silenced: !person.silenced }) } }, muteSymbol, inWords('Mute for me'))
  const volume = element('div', { class: 'volume' },
    element('label', { class: 'volume__label' }, element('span', { text: inWords('Volume for you') }), slider), percent, muteButton)

  const mixed = element('p', { class: 'volume__mixed quiet' })
  const unheard = element('p', { class: 'volume__mixed quiet', text: inWords('You blocked them, so you do not hear them.') })

  const drawing = symbol('connection-good')
  const title = element('strong')
  const meaning = element('span')
  const qualityText = element('p', { class: 'quality' }, drawing, element('span', { class: 'quality__words' }, title, ' ', meaning))
  const root = element('div', { class: 'seat-sound' }, qualityText, volume, mixed, unheard)

  return {
    element: root,
    /** @param {Person|null} latest @param {boolean} blocked */
    update(latest, blocked) {
      person = latest
      const quality = person?.quality ?? null
      qualityText.hidden = quality === null
      mixed.hidden = !person?.mixed || !person.on_stage
      const own = person !== null && !person.me && !person.mixed && person.connection !== 'none' // a voice of its own
      say(mixed, blocked ? inWords('In this room all voices are mixed into one. You hear people you blocked, too.') : inWords('In this room all voices are mixed into one. You cannot change the volume of one person.'))
      volume.hidden = !own || blocked
      unheard.hidden = !own || !blocked
      root.hidden = qualityText.hidden && volume.hidden && mixed.hidden && unheard.hidden
      if (person && quality) {
        const words = connectionExplained(quality, person.me)
        redraw(drawing, connectionSymbol(quality))
        qualityText.dataset.level = quality.level
        say(title, `${words.title}.`)
        say(meaning, words.meaning)
      }
      if (volume.hidden || !person) return
      const words = person.silenced ? inWords('muted for you') : inWords('{volume} %', { volume: person.volume })
      if (Number(slider.value) !== person.volume) slider.value = String(person.volume)
      mark(slider, 'aria-valuetext', words)
      say(percent, words)
      mark(muteButton, 'aria-pressed', String(person.silenced))
      redraw(muteSymbol, person.silenced ? 'sound-off' : 'sound')
    },
  }
}
