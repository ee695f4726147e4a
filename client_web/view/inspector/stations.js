import { element } from '../elements/element.js'
import { duration } from '../elements/words.js'

/**
 * A line with stations, as long between two of them as the way took: row ── notified ──── seen.
 * @param {{ name: string, reached: boolean, ms?: number|null }[]} stops  `ms` is the way from the stop before
 */
export function stations(stops) {
  const line = element('ol', { class: 'stations' })
  stops.forEach(({ name, reached, ms }, index) => {
    const stop = element('li', { class: reached ? 'stations__stop stations__stop--reached' : 'stations__stop' })
    if (index > 0) {
      // The square root keeps a notification of 0.3 ms visible beside a 40 ms answer.
      stop.style.setProperty('--way', String(1 + Math.sqrt(Math.max(0, ms ?? 0))))
      stop.append(element('span', { class: 'stations__way', text: duration(ms) }))
    }
    stop.append(element('span', { class: 'stations__name', text: name }))
    line.append(stop)
  })
  return line
}
