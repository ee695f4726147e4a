const AFTER_TOUCH = 3000 // ms: after scrolling by touch, a tap may follow

/**
 * Whether a part of the page is being used: the pointer is over it, the keyboard's focus is in it, or it was just touched.
 * What is being used must not move.
 *
 * @param {HTMLElement} target
 * @param {() => void} ended  called when it is not used any more
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
