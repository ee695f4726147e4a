import { inWords, language, locale } from '../../words/language.js'

/** Times in words, in the user's own time. Pure: a time and now in, words out. */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The order of day and month; English is British here. */
export const dates = language === 'en' ? 'en-GB' : locale
// In English, 20:00 or 8:00 PM depends on the user's settings.
const habit = new Intl.DateTimeFormat(undefined, { hour: 'numeric' }).resolvedOptions().hour12 ? 'en-US' : 'en-GB'
const clockLocale = language === 'en' ? habit : locale
const CLOCK_FIELDS = /** @type {const} */ ({ hour: 'numeric', minute: '2-digit' })
const DAY_FIELDS = /** @type {const} */ ({ weekday: 'long' })
const clock = new Intl.DateTimeFormat(clockLocale, CLOCK_FIELDS)
const weekday = new Intl.DateTimeFormat(locale, DAY_FIELDS)
const date = new Intl.DateTimeFormat(dates, { day: 'numeric', month: 'long' })
const dateAndYear = new Intl.DateTimeFormat(dates, { day: 'numeric', month: 'long', year: 'numeric' })
const month = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric' })

const midnight = (/** @type {Date} */ time) => new Date(time.getFullYear(), time.getMonth(), time.getDate())
/** @param {Date} from @param {Date} to */
const daysBetween = (from, to) => Math.round((midnight(to).getTime() - midnight(from).getTime()) / DAY)

/** @param {Date} time @param {Date} now */
function dayInWords(time, now) {
  const days = daysBetween(now, time)
  if (days === 0) return inWords('today')
  if (days === 1) return inWords('tomorrow')
  if (days === -1) return inWords('yesterday')
  if (days > 1 && days < 7) return weekday.format(time)
  return (time.getFullYear() === now.getFullYear() ? date : dateAndYear).format(time)
}

/** "in 25 minutes", "today at 20:00", "on Friday at 20:00" @param {string|Date} at @param {Date} [now] */
export function whenInWords(at, now = new Date()) {
  const time = new Date(at)
  const ahead = time.getTime() - now.getTime()
  if (isNow(time, now)) return inWords('any moment')
  if (ahead > 0 && ahead < HOUR) return soonInWords(ahead)
  return timeOn(time, now, Math.abs(daysBetween(now, time)) > 1)
}

/** "Friday at 20:00", "on Friday at 20:00" @param {Date} time @param {Date} now @param {boolean} on  within a sentence, a day that has a name */
function timeOn(time, now, on) {
  const parts = { day: dayInWords(time, now), time: clock.format(time) }
  return on ? inWords('on {day} at {time}', parts) : inWords('{day} at {time}', parts)
}

const isNow = (/** @type {string|Date} */ at, /** @type {Date} */ now) => Math.abs(new Date(at).getTime() - now.getTime()) < MINUTE

/** "just now", "yesterday at 20:00", "on Friday at 20:00": when something was, within a sentence. @param {string|Date} at @param {Date} [now] */
export const agoInWords = (at, now = new Date()) => (isNow(at, now) ? inWords('just now') : whenInWords(at, now))

/** The same by itself: "Friday at 20:00". @param {string|Date} at @param {Date} [now] */
export const pastInWords = (at, now = new Date()) => (isNow(at, now) ? inWords('just now') : timeOn(new Date(at), now, false))

/** The user's own time zone: an IANA name. */
export const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone

/** Whether this browser knows a time zone: a database may know more. @param {string} zone */
function isKnownZone(zone) {
  try {
    return Boolean(new Intl.DateTimeFormat(locale, { timeZone: zone }))
  } catch {
    return false
  }
}

/** "Every Friday at 20:00": in the user's own time; if it repeats by the clocks of another zone, in the time there and with its name. @param {string|Date} at @param {string|null|undefined} zone */
export function weeklyInWords(at, zone, own = ownZone()) {
  const time = new Date(at)
  const there = zone && zone !== own && isKnownZone(zone) ? zone : undefined
  const parts = { day: new Intl.DateTimeFormat(locale, { ...DAY_FIELDS, timeZone: there }).format(time), time: new Intl.DateTimeFormat(clockLocale, { ...CLOCK_FIELDS, timeZone: there }).format(time) }
  return there ? inWords('Every {day} at {time}, by the clocks of {zone}', { ...parts, zone: there.replaceAll('_', ' ') }) : inWords('Every {day} at {time}', parts)
}

function soonInWords(/** @type {number} */ ahead) {
  const minutes = Math.round(ahead / MINUTE)
  return minutes === 60 ? inWords('in an hour') : inWords('in {minutes, plural, =1 {a minute} one {# minute} other {# minutes}}', { minutes })
}

/** How long something is still valid: "for 20 more minutes", "until tomorrow at 20:00" @param {string|Date} at @param {Date} [now] */
export const untilInWords = (at, now = new Date()) => {
  const ahead = new Date(at).getTime() - now.getTime()
  if (ahead > 0 && ahead < HOUR) return inWords('for {minutes, plural, one {# more minute} other {# more minutes}}', { minutes: Math.max(1, Math.round(ahead / MINUTE)) })
  const time = new Date(at)
  return inWords('until {day} at {time}', { day: dayInWords(time, now), time: clock.format(time) })
}

/** "27 November 2026" @param {string|Date} at */
export const dayOf = (at) => dateAndYear.format(new Date(at))

/** "November 2026" @param {string|Date} at */
export const monthInWords = (at) => month.format(new Date(at))

/** What `<input type=date>` and `<input type=time>` show for a moment, in local time. @param {Date} time */
export function fieldsOf(time) {
  const two = (/** @type {number} */ number) => String(number).padStart(2, '0')
  return { date: `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`, time: `${two(time.getHours())}:${two(time.getMinutes())}` }
}

/** The time in these two fields; null if there is none. @param {{ date: string, time: string }} fields */
export function momentOf({ date: day, time }) {
  const moment = new Date(`${day}T${time}`)
  return Number.isNaN(moment.getTime()) ? null : moment
}

/** The next full hour that is at least half an hour away. */
export function nextHour(now = new Date()) {
  const time = new Date(now.getTime() + HOUR / 2)
  time.setMinutes(60, 0, 0)
  return time
}
