import { dayOf } from '../elements/when.js'
import { inWords } from '../../words/language.js'

/** Calendars in words. Pure. */

export const ABOUT = inWords('Subscribe to this address in your calendar program: planned rooms appear there, and changes follow by themselves. How soon is up to the program.')
export const OWN_ABOUT = inWords('Your planned rooms, those of the clubs and people you follow, those you want to be reminded of, and those you are invited to, in your calendar program. Anybody who knows the address can read them: keep it to yourself.')
export const MADE = inWords('Copy the address now, or subscribe. It is not shown again.')

/** @param {string|null} made_at  null without an address */
export const stateInWords = (made_at) => (made_at ? inWords('You have an address, made on {day}.', { day: dayOf(made_at) }) : inWords('You have no address yet.'))
