import { element } from '../elements/element.js'

const PAUSE = 100 // ms, in which it is empty
const READ = 10_000 // ms until it is empty again

/** What only screen readers say, each time: they are silent about a text that stays as it was, so in between there is none. */
export function createAnnouncement() {
  const root = element('span', { class: 'visually-hidden', role: 'status' })
  /** @type {ReturnType<typeof setTimeout>|undefined} of what comes next, and of nothing else */ let timer

  function clear() {
    clearTimeout(timer)
    root.textContent = ''
  }

  return {
    element: root,
    clear,
    /** @param {string} words */
    say(words) {
      clear()
      timer = setTimeout(() => {
        root.textContent = words
        timer = setTimeout(clear, READ)
      }, PAUSE)
    },
  }
}
