import { element } from '../elements/element.js'
import { duration } from '../elements/words.js'

/**
 * A line with stations, as long between two of them as the way took: row ── notified ──── seen.
 * @param {{ name: string, reached: boolean, ms?: number|null }[]} steps  `ms` is the way from the step before
 */
export function timeline(steps) {
  const line = element('ol', { class: 'timeline' })
  steps.forEach(({ name, reached, ms }, index) => {
    const step = element('li', { class: reached ? 'timeline__step timeline__step--reached' : 'timeline__step' })
    if (index > 0) {
      // The square root keeps a notification of 0.3 ms visible beside a 40 ms answer.
      step.style.setProperty('--duration', String(1 + Math.sqrt(Math.max(0, ms ?? 0))))
      step.append(element('span', { class: 'timeline__duration', text: duration(ms) }))
    }
    step.append(element('span', { class: 'timeline__name', text: name }))
    line.append(step)
  })
  return line
}
