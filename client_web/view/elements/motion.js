/** ms of an animation. */
export const BRIEF = 160

const stillness = matchMedia('(prefers-reduced-motion: reduce)')

/** Whether the user asked for reduced motion. */
export const isStill = () => stillness.matches

/** Plays keyframes, unless the user asked for reduced motion. @param {Element} target @param {Keyframe[]} keyframes @param {KeyframeAnimationOptions} [options] */
export function move(target, keyframes, options = {}) {
  if (stillness.matches) return null
  return target.animate(keyframes, { duration: BRIEF, easing: 'cubic-bezier(0.2, 0.7, 0.2, 1)', ...options })
}

/**
 * Removes an element: for assistive technology at once, visibly within 200 ms.
 * @param {HTMLElement} target
 * @param {(remove: () => void) => void} [around]  calls `remove` and does what belongs to it
 */
export function vanish(target, around = (remove) => remove()) {
  target.inert = true
  target.setAttribute('aria-hidden', 'true')
  target.removeAttribute('data-key')
  const gone = () => around(() => target.remove())
  if (stillness.matches) return gone()
  move(target, [{ opacity: 1 }, { opacity: 0, transform: 'scale(0.85)' }], { fill: 'forwards' })
  // A timer and not the animation's end, because animations do not run in a hidden tab.
  setTimeout(gone, BRIEF)
}
