/** Long enough to see where something went, short enough not to wait for it. */
export const BRIEF = 160

const stillness = matchMedia('(prefers-reduced-motion: reduce)')

/** Whether the person asked for stillness. */
export const isStill = () => stillness.matches

/** Plays keyframes unless the person asked for stillness. @param {Element} target @param {Keyframe[]} keyframes @param {KeyframeAnimationOptions} [options] */
export function move(target, keyframes, options = {}) {
  if (stillness.matches) return null
  return target.animate(keyframes, { duration: BRIEF, easing: 'cubic-bezier(0.2, 0.7, 0.2, 1)', ...options })
}

/**
 * Takes an element away: gone for assistive technology at once, for the eye within 200 ms.
 * @param {HTMLElement} target
 * @param {(remove: () => void) => void} [around]  what else happens at the moment it goes
 */
export function vanish(target, around = (remove) => remove()) {
  target.inert = true
  target.setAttribute('aria-hidden', 'true')
  target.removeAttribute('data-key')
  const gone = () => around(() => target.remove())
  if (stillness.matches) return gone()
  move(target, [{ opacity: 1 }, { opacity: 0, transform: 'scale(0.85)' }], { fill: 'forwards' })
  // A timer rather than the animation's end: a hidden tab's animations stand still, and people leave it all the same.
  setTimeout(gone, BRIEF)
}
