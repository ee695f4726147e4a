import { together } from '../elements/words.js'

/**
 * Several seat events as one announcement.
 * @param {{kind: string, username: string, role?: string, me?: boolean}[]} seatEvents
 */
export function seatEventsInWords(seatEvents) {
  const named = (/** @type {string[]} */ kinds) => [...new Set(seatEvents.filter((one) => kinds.includes(one.kind)).map((one) => one.username))]
  /** @param {string[]} names @param {string} verb */
  const phrase = (names, verb) => {
    if (names.length === 0) return ''
    return names.length > 3 ? `${names.length} people ${verb}.` : `${together(names)} ${verb}.`
  }
  return [
    phrase(named(['joined']), 'came in'),
    phrase(named(['left', 'timeout']), 'left'),
    phrase(named(['hand']), seatEvents.filter((one) => one.kind === 'hand').length === 1 ? 'raised a hand' : 'raised their hands'),
    phrase(named(['removed']), seatEvents.filter((one) => one.kind === 'removed').length === 1 ? 'was removed' : 'were removed'),
  ].filter(Boolean).join(' ')
}
