import { createFollowed } from './followed.js'

/**
 * The people I follow. In which rooms they are that everybody may see, the hallway's frames say.
 *
 * @typedef {{ user_id: number, username: string, rooms: readonly number[] }} PersonHere
 * @typedef {ReadonlyMap<number, PersonHere>} PeopleHere  by user id; only those who are in a room
 * @param {{ rows: ReturnType<typeof import('../signaling/rows.js').createRows>, onChange: () => void }} options
 */
export function createFollowedPeople({ rows, onChange }) {
  return createFollowed({ rows, table: 'follows', column: 'followed_id', onChange })
}

/** @type {PeopleHere} */
export const NOBODY_HERE = new Map()

/** @param {PeopleHere} people @param {import('../signaling/subscription.js').Frame} frame @returns {PeopleHere} */
export function reducePeople(people, { type, data }) {
  if (type === 'snapshot' && data.hallway) return here(NOBODY_HERE, data.people ?? [])
  return type === 'people' ? here(people, data.people) : people
}

/** @param {PeopleHere} people @param {PersonHere[]} changed @returns {PeopleHere} */
function here(people, changed) {
  if (!changed.length && !people.size) return NOBODY_HERE
  const all = new Map(people)
  for (const person of changed) {
    if (person.rooms.length) all.set(person.user_id, Object.freeze(person))
    else all.delete(person.user_id)
  }
  return all
}

/**
 * The names of the followed people in a room: those of the frames, and those on its stage, whom one sees in private rooms too.
 * @param {import('./hallway.js').HallwayRow} row @param {ReadonlySet<number>} following  user ids @param {PeopleHere} people @returns {string[]}
 */
export function followedIn(row, following, people) {
  const found = new Map((row.people ?? []).filter(({ user_id }) => following.has(user_id)).map(({ user_id, username }) => [user_id, username]))
  for (const { user_id, username, rooms } of people.values()) if (rooms.includes(row.id) && following.has(user_id)) found.set(user_id, username)
  return [...found.values()]
}
