import { addressOf, addressOfClub, shareable } from '../view/route.js'
import { copyText } from '../view/share.js'
import { createStartRoom } from '../view/start_room.js'
import { whenInWords } from '../view/when.js'

/**
 * What people do in the hallway: start a room or plan one, follow a club, ask to be reminded.
 * @param {ReturnType<typeof import('./commons.js').createCommons>} commons
 */
export function foyerActs(commons) {
  const { house, session, attempt, withName } = commons
  const startRoom = createStartRoom({ clubs: house.myClubs, start: begin })
  commons.add(startRoom)

  async function begin(wanted) {
    const room = await house.startRoom(wanted)
    if (!wanted.starts_at) return commons.route.go(addressOf(room.id))
    commons.view.tell(`“${room.name}” opens ${whenInWords(room.starts_at)}.`, { yes: 'Copy link', accept: () => copyAddress(addressOf(room.id)) })
    return undefined
  }

  async function copyAddress(path) {
    const link = shareable(path)
    commons.view.tell((await copyText(link)) ? 'The link is copied.' : link)
  }

  /** A yes to notifications is asked for in the moment somebody wants to be reminded, and at no other time. */
  async function remind(row) {
    if (house.reminders.wanted.has(row.id)) return house.reminders.drop(row.id)
    await house.reminders.want(row.id)
    if (typeof Notification === 'function' && Notification.permission === 'default') await Notification.requestPermission()
    return undefined
  }

  return {
    start: () => withName(() => startRoom.open()),
    startInClub: (club) => withName(() => startRoom.open({ club_id: club.id })),
    toggleFollow: (row) => attempt(() => (row.followed ? house.unfollow(row.club_id) : house.follow(row.club_id))),
    toggleReminder: (row) => withName(() => attempt(() => remind(row))),
    openRoom: (row) => attempt(async () => {
      await house.openRoom(row.id)
      commons.enter(row.id)
    }),
    callOff: (row) => attempt(async () => {
      if (!(await commons.ask({ title: `Call off “${row.name}”?`, about: 'It leaves the hallway, for whoever wanted to be reminded too.', yes: 'Call it off', grave: true }))) return
      await house.endRoom(row.id)
      commons.route.go(row.club_id ? addressOfClub(row.club_id) : '/')
    }),
    copyAddress,
    async retry() {
      await commons.learnWho()
      house.retry()
    },
    walkIntoReminded(row) {
      house.reminders.drop(row.id).catch(() => {})
      commons.route.go(addressOf(row.id))
    },
    putReminderAway: (row) => house.reminders.drop(row.id).catch(() => {}),
    /** Tells the device once per room that it has opened; the tag keeps two tabs from telling it twice. */
    tellDevice: (row) => {
      if (typeof Notification !== 'function' || Notification.permission !== 'granted' || !document.hidden) return
      const notice = new Notification(`“${row.name}” is open now`, { body: row.club ?? `Hosted by ${row.host}`, tag: `roomtone-room-${row.id}`, icon: new URL('../icons/favicon.svg', import.meta.url).href })
      notice.addEventListener('click', () => {
        window.focus()
        if (session.user) commons.route.go(addressOf(row.id))
        notice.close()
      })
    },
  }
}
