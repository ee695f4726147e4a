import { dayOf } from '../elements/when.js'

/** Calendars in words. Pure. */

export const ABOUT = 'Subscribe to this address in your calendar program: planned rooms appear there, and changes follow by themselves. How soon is up to the program.'
export const OWN_ABOUT = 'Your planned rooms, those of the clubs and people you follow, those you want to be reminded of, and those you are invited to, in your calendar program. Anybody who knows the address can read them: keep it to yourself.'
export const MADE = 'Copy the address now, or subscribe. It is not shown again.'

/** @param {string|null} made_at  null without an address */
export const stateInWords = (made_at) => (made_at ? `You have an address, made on ${dayOf(made_at)}.` : 'You have no address yet.')
