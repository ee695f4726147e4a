import { inWords } from '../../words/language.js'

/** @import { Club } from '../../room/clubs.js' */

/** The texts on clubs. Pure. */

/** @type {Record<string, string>} */
export const ROLES = { OWNER: inWords('Owner'), ADMIN: inWords('Admin'), MEMBER: inWords('Member') }

/** "4 members · 12 followers · 2 rooms open" @param {Club} club */
export const clubCountsInWords = (club) => [inWords('{count, plural, one {# member} other {# members}}', { count: club.members }), inWords('{count, plural, one {# follower} other {# followers}}', { count: club.followers }), club.open_rooms ? inWords('{open_rooms, plural, one {# room} other {# rooms}} open', { open_rooms: club.open_rooms }) : ''].filter(Boolean).join(' · ')
