import { counted } from '../elements/words.js'

/** @import { Club } from '../../room/clubs.js' */

/** The texts on clubs. Pure. */

/** @type {Record<string, string>} */
export const ROLES = { OWNER: 'Owner', ADMIN: 'Admin', MEMBER: 'Member' }

/** "4 members · 12 followers · 2 rooms open" @param {Club} club */
export const clubCountsInWords = (club) => [counted(club.members, 'member'), counted(club.followers, 'follower'), club.open_rooms ? `${counted(club.open_rooms, 'room')} open` : ''].filter(Boolean).join(' · ')
