const AFTER_TOUCH = 3000 // ms: a thumb that scrolled is about to tap

/**
 * Whether a part of the page is being used: a pointer over it, the keyboard's focus in it, or a thumb that just touched it.
 * What is being used must not move.
 *
 * @param {HTMLElement} target
 * @param {() => void} ended  called when the hand is gone
 * @returns {{ active: boolean }}
 */
export function createInteraction(target, ended) {
  let pointed = false
  let touched = 0

  const endIfIdle = () => {
    if (!state.active) ended()
  }
  const state = {
    get active() {
      return pointed || touched !== 0 || target.querySelector(':focus-visible') !== null
    },
  }
  target.addEventListener('pointerover', (event) => {
    if (event.pointerType !== 'touch') pointed = true
  })
  target.addEventListener('pointerleave', (event) => {
    if (event.pointerType === 'touch') return
    pointed = false
    endIfIdle()
  })
  target.addEventListener('pointerdown', (event) => {
    if (event.pointerType !== 'touch') return
    clearTimeout(touched)
    touched = setTimeout(() => {
      touched = 0
      endIfIdle()
    }, AFTER_TOUCH)
  })
  target.addEventListener('focusout', () => queueMicrotask(endIfIdle))
  return state
}
