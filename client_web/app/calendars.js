import { calendarAt, calendarOf, addressOfClub, addressOfPerson, shareable } from '../addresses.js'
import { createRows } from '../signaling/rows.js'
import { createFeed } from '../view/calendar/feed.js'
import { createOwnCalendar } from '../view/calendar/own.js'
import { whenOpened } from '../view/elements/when_opened.js'
import { inWords } from '../words/language.js'

/** @import { Credential } from '../view/people/page.js' */

/**
 * Calendars for calendar programs: those of clubs and people, and my own at a secret address.
 * @param {ReturnType<typeof import('./context.js').createContext>} context
 */
export function createCalendars(context) {
  const rows = createRows({ fetch: context.session.fetch })
  const feed = whenOpened(createFeed)
  const own = whenOpened(() => createOwnCalendar({ madeAt, renew, end }))

  async function madeAt() {
    const [row] = await rows.select('calendar_addresses', { select: 'created_at' })
    return row ? String(row.created_at) : null
  }

  /** @param {boolean} again  the address before ends then @returns {Promise<string|null>} */
  async function renew(again) {
    let secret = null
    const make = async () => { secret = await rows.rpc('renew_calendar_address') }
    if (!again) await make()
    else await context.ask({ title: inWords('Make a new address?'), about: inWords('The old one ends: calendar programs that use it show no more changes.'), yes: inWords('Make a new address'), danger: true, action: make })
    return secret && shareable(calendarAt(secret))
  }

  async function end() {
    return context.ask({
      title: inWords('Switch your calendar off?'), about: inWords('Its address ends: calendar programs that use it show no more changes.'), yes: inWords('Switch it off'), danger: true,
      action: () => rows.remove('calendar_addresses', { user_id: `eq.${context.session.user?.id}` }),
    })
  }

  return {
    /** @type {Credential} */ credential: { title: inWords('Your calendar'), offered: () => true, show: () => context.attempt(() => own.built().open()) },
    actions: {
      showClubCalendar: (/** @type {{ id: number, name: string }} */ club) => feed.built().open(`“${club.name}”`, shareable(calendarOf(addressOfClub(club.id)))),
      showPersonCalendar: (/** @type {{ username: string }} */ person) => feed.built().open(person.username, shareable(calendarOf(addressOfPerson(person.username)))),
    },
  }
}
