import { addressOf } from '../view/route.js'
import { createStartRoom } from '../view/start_room.js'

/**
 * What people do in the foyer: start a room, follow a club.
 * @param {ReturnType<typeof import('./commons.js').createCommons>} commons
 */
export function foyerActs(commons) {
  const { house, attempt, withName } = commons
  const startRoom = createStartRoom({
    clubs: house.clubs,
    start: async (room) => commons.route.go(addressOf((await house.startRoom(room)).id)),
  })
  commons.add(startRoom)
  return {
    start: () => withName(() => startRoom.open()),
    toggleFollow: (row) => attempt(() => (row.followed ? house.unfollow(row.club_id) : house.follow(row.club_id))),
    retry: () => location.reload(),
  }
}
