/** Times in words, in the user's own time. Pure: a time and now in, words out. */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

// The texts are English; 20:00 or 8:00 PM depends on the user's settings.
const habit = new Intl.DateTimeFormat(undefined, { hour: 'numeric' }).resolvedOptions().hour12 ? 'en-US' : 'en-GB'
const clock = new Intl.DateTimeFormat(habit, { hour: 'numeric', minute: '2-digit' })
const weekday = new Intl.DateTimeFormat('en', { weekday: 'long' })
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long' })
const dateAndYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' })
const month = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric' })

const midnight = (/** @type {Date} */ time) => new Date(time.getFullYear(), time.getMonth(), time.getDate())
/** @param {Date} from @param {Date} to */
const daysBetween = (from, to) => Math.round((midnight(to).getTime() - midnight(from).getTime()) / DAY)

/** @param {Date} time @param {Date} now */
function dayInWords(time, now) {
  const days = daysBetween(now, time)
  if (days === 0) return 'today'
  if (days === 1) return 'tomorrow'
  if (days === -1) return 'yesterday'
  if (days > 1 && days < 7) return `on ${weekday.format(time)}`
  return `on ${(time.getFullYear() === now.getFullYear() ? date : dateAndYear).format(time)}`
}

/** "in 25 minutes", "today at 20:00", "on Friday at 20:00" @param {string|Date} at @param {Date} [now] */
export function whenInWords(at, now = new Date()) {
  const time = new Date(at)
  const ahead = time.getTime() - now.getTime()
  if (ahead > -MINUTE && ahead < MINUTE) return 'any moment'
  if (ahead > 0 && ahead < HOUR) return soonInWords(ahead)
  return `${dayInWords(time, now)} at ${clock.format(time)}`
}

/** The user's own time zone: an IANA name. */
export const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone

/** "Every Friday at 20:00", in the user's own time; in another time zone with its name, as clocks there may change on other days. @param {string|Date} at @param {string|null|undefined} zone */
export function weeklyInWords(at, zone, own = ownZone()) {
  const time = new Date(at)
  return `Every ${weekday.format(time)} at ${clock.format(time)}${zone && zone !== own ? `, by the clocks of ${zone.replaceAll('_', ' ')}` : ''}`
}

function soonInWords(/** @type {number} */ ahead) {
  const minutes = Math.round(ahead / MINUTE)
  return minutes === 1 ? 'in a minute' : minutes === 60 ? 'in an hour' : `in ${minutes} minutes`
}

/** How long something is still valid: "for 20 more minutes", "until tomorrow at 20:00" @param {string|Date} at @param {Date} [now] */
export const untilInWords = (at, now = new Date()) => {
  const ahead = new Date(at).getTime() - now.getTime()
  return ahead > 0 && ahead < HOUR ? `for ${Math.max(1, Math.round(ahead / MINUTE))} more ${Math.round(ahead / MINUTE) <= 1 ? 'minute' : 'minutes'}` : `until ${whenInWords(at, now).replace(/^on /u, '')}`
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
