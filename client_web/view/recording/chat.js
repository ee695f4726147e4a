import { avatar } from '../elements/avatar.js'
import { element, mark } from '../elements/element.js'
import { withLinks } from '../elements/links.js'
import { clockInWords } from './words.js'
import { inWords } from '../../words/language.js'

/** @import { ChatMessage } from '../../room/recordings.js' */

/**
 * The messages from during the recording, in time with the player: later messages are shown faint, and the present one is scrolled into
 * view. A click on a message's time plays from there.
 * @param {(seconds: number) => void} seek
 */
export function createRecordingChat(seek) {
  const list = element('ol', { class: 'replay__messages scrolls', tabindex: '0', 'aria-label': inWords('Messages, in time with the recording') })
  const nothing = element('p', { class: 'quiet', text: inWords('No messages were written during the recording.') })
  /** @type {{ at: number, element: HTMLElement }[]} */ let lines = []
  let newest = -1
  /** @type {readonly ChatMessage[]|null} */ let drawn = null

  function draw(/** @type {ChatMessage} */ { at, username, body }) {
    const time = element('button', { class: 'replay__time', type: 'button', text: clockInWords(at), 'aria-label': inWords('Play from {time}', { time: clockInWords(at) }), on: { click: () => seek(at) } })
    return element('li', { class: 'replay__message', 'data-when': 'ahead' },
      element('span', { class: 'replay__face', 'aria-hidden': 'true' }, avatar(username)),
      element('p', { class: 'replay__head' }, element('bdi', { class: 'replay__name', text: username }), time),
      element('p', { class: 'replay__body', dir: 'auto' }, ...withLinks(body)))
  }

  return {
    element: element('section', { class: 'replay__chat', 'aria-label': inWords('Chat') }, element('h2', { class: 'caps page__section', text: inWords('Chat') }), list, nothing),
    /** @param {ChatMessage[]} chat */
    show(chat) {
      if (chat === drawn) return
      drawn = chat
      newest = -1
      lines = chat.map((line) => ({ at: line.at, element: draw(line) }))
      list.replaceChildren(...lines.map((line) => line.element))
      list.hidden = lines.length === 0
      nothing.hidden = lines.length > 0
    },
    /** The player is at this position. @param {number} seconds */
    at(seconds) {
      const now = lines.findLastIndex((line) => line.at <= seconds)
      if (now === newest) return
      newest = now
      lines.forEach((line, index) => {
        mark(line.element, 'data-when', index <= now ? 'said' : 'ahead')
        mark(line.element, 'aria-current', index === now ? 'true' : null)
      })
      const shown = lines[now]?.element
      // Scrolls only the list, and not while it is being read.
      if (shown && !list.matches(':hover, :focus-within')) list.scrollTop = shown.offsetTop - list.offsetTop - (list.clientHeight - shown.offsetHeight) / 2
    },
  }
}
