import { element } from '../elements/element.js'
import { duration } from '../elements/words.js'

/**
 * A line with steps. Its parts are as long as the time from step to step: row ── notified ──── seen.
 * @param {{ name: string, reached: boolean, ms?: number|null }[]} steps  `ms` is the time since the step before
 */
export function timeline(steps) {
  const line = element('ol', { class: 'timeline' })
  steps.forEach(({ name, reached, ms }, index) => {
    const step = element('li', { class: reached ? 'timeline__step timeline__step--reached' : 'timeline__step' })
    if (index > 0) {
      // With the square root, 0.3 ms can still be seen beside 40 ms.
      step.style.setProperty('--duration', String(1 + Math.sqrt(Math.max(0, ms ?? 0))))
      step.append(element('span', { class: 'timeline__duration', dir: 'auto', text: duration(ms) }))
    }
    step.append(element('span', { class: 'timeline__name', text: name }))
    line.append(step)
  })
  return line
}
