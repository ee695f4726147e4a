import { element, mark, say } from '../elements/element.js'

/** What a speaker said last, under their face. It is not announced here: strip.js announces what is complete. */
export function createCaptionLines() {
  const [before, now] = [element('span', { class: 'caption caption--before', dir: 'auto' }), element('span', { class: 'caption', dir: 'auto' })]
  const root = element('p', { class: 'seat__captions', hidden: true }, before, now)
  return {
    element: root,
    /** @param {readonly import('../../room/caption_log.js').Caption[]|null} lines  oldest first */
    update(lines) {
      root.hidden = lines === null
      say(before, lines?.at(-2)?.text ?? '')
      say(now, lines?.at(-1)?.text ?? '')
      mark(now, 'data-final', lines?.at(-1)?.final === false ? 'false' : null)
    },
  }
}
