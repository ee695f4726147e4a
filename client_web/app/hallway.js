import { addressOf, addressOfClub, HOME, shareable } from '../addresses.js'
import { copyText } from '../view/elements/share.js'
import { createCoHosts } from '../view/hallway/co_hosts.js'
import { createStartRoom } from '../view/hallway/start_room.js'
import { whenInWords } from '../view/elements/when.js'
import { whenOpened } from '../view/elements/when_opened.js'
import { inWords } from '../words/language.js'

/** @import { ListedRoom } from '../room/hallway.js' */

/**
 * Actions of the hallway: start, plan or edit a room, follow a club, ask to be reminded.
 * @param {ReturnType<typeof import('./context.js').createContext>} context
 * @param {ReturnType<typeof import('./notifications.js').createNotifications>} notifications
 */
export function hallwayActions(context, notifications) {
  const { shell, session, attempt, withName } = context
  const startRoom = whenOpened(() => createStartRoom({ clubs: shell.myClubs, start: begin, change: (id, columns) => shell.moderationOf(id).change(columns) }))
  const coHosts = whenOpened(() => createCoHosts({
    all: ({ id }) => shell.coHosts(id),
    suggest: async (beginning) => (await shell.profiles.suggest(beginning)).filter((name) => name !== session.user?.username),
    add: ({ id }, username) => shell.moderationOf(id).addCoHost(username),
    remove: ({ id }, username) => shell.moderationOf(id).removeCoHost(username),
  }))

  /** @param {Parameters<typeof shell.startRoom>[0]} wanted @returns {Promise<boolean>} false: nothing is started, because I stay the host of another room */
  async function begin(wanted) {
    if (!wanted.starts_at && !(await context.hostLeaves())) return false
    const room = await shell.startRoom(wanted)
    if (wanted.starts_at) context.view.showNotice(inWords('“{name}” opens {when}.', { name: room.name, when: whenInWords(wanted.starts_at) }), { yes: inWords('Copy link'), accept: () => copyAddress(addressOf(room.id)) })
    else context.route.go(addressOf(room.id))
    return true
  }

  async function copyAddress(/** @type {string} */ path) {
    const link = shareable(path)
    context.view.showNotice((await copyText(link)) ? inWords('The link is copied.') : inWords('Copy this link: {link}', { link }))
  }

  /** The browser asks for the permission for notifications only when the user wants to be reminded. */
  async function remind(/** @type {ListedRoom} */ row) {
    if (shell.reminders.all.has(row.id)) return shell.reminders.remove(row.id)
    await shell.reminders.add(row.id)
    if (row.repeats) context.view.showNotice(inWords('You will be notified this time.'), { yes: inWords('Every week'), accept: () => attempt(() => shell.reminders.repeat(row.id, true)), key: 'reminder' })
    await notifications.offer()
    return undefined
  }

  async function remindWeekly(/** @type {ListedRoom} */ row) {
    const wanted = !shell.reminders.weekly.has(row.id)
    await shell.reminders.repeat(row.id, wanted)
    if (wanted) await notifications.offer()
  }

  return {
    moreRooms: () => attempt(shell.moreRooms.next),
    /** By key; on a narrow screen the hallway may be hidden. */
    find() {
      if (context.view.find()) return
      context.route.go(HOME)
      context.view.find()
    },
    findRooms: shell.moreRooms.find,
    findRoomsAgain: shell.moreRooms.findAgain,
    start: () => withName(() => startRoom.built().open()),
    startInClub: (/** @type {{ id: number }} */ club) => withName(() => startRoom.built().open({ club_id: club.id })),
    toggleFollow: (/** @type {ListedRoom} */ row) => attempt(() => (row.followed ? shell.unfollow(Number(row.club_id)) : shell.follow(Number(row.club_id)))),
    toggleReminder: (/** @type {ListedRoom} */ row) => withName(() => attempt(() => remind(row))),
    toggleWeeklyReminder: (/** @type {ListedRoom} */ row) => withName(() => attempt(() => remindWeekly(row))),
    openRoom: (/** @type {ListedRoom} */ row) => attempt(async () => {
      if (context.seated()?.room_id !== row.id && !(await context.hostLeaves())) return
      await shell.moderationOf(row.id).openNow()
      context.enter(row.id)
    }),
    editRoom: (/** @type {ListedRoom} */ row) => attempt(async () => startRoom.built().edit(await shell.plannedRoom(row))),
    nameCoHosts: (/** @type {ListedRoom} */ row) => coHosts.built().open(row),
    stopCoHosting: (/** @type {ListedRoom} */ row) => attempt(() => shell.moderationOf(row.id).removeCoHost(session.user?.username ?? '')),
    cancelRoom: (/** @type {ListedRoom} */ row) => attempt(async () => {
      if (!(await context.ask({ title: inWords('Cancel “{name}”?', { name: row.name }), about: row.repeats ? inWords('It disappears from the hallway, and nobody is reminded of it. It is not repeated any more.') : inWords('It disappears from the hallway, and nobody is reminded of it.'), yes: inWords('Cancel the room'), no: inWords('Keep it'), danger: true }))) return
      await shell.moderationOf(row.id).end()
      context.route.go(row.club_id ? addressOfClub(row.club_id) : HOME)
    }),
    copyAddress,
    async retry() {
      await context.learnWho()
      shell.retry()
    },
    enterReminded(/** @type {ListedRoom} */ row) {
      shell.reminders.seen(row.id).catch(() => {})
      context.route.go(addressOf(row.id))
    },
    dismissReminder: (/** @type {ListedRoom} */ row) => shell.reminders.seen(row.id).catch(() => {}),
    seeCoHosted(/** @type {number} */ room_id) {
      shell.seenCoHosting(room_id).catch(() => {})
      context.route.go(addressOf(room_id))
    },
    dismissCoHosting: (/** @type {number} */ room_id) => shell.seenCoHosting(room_id).catch(() => {}),
    /** Shows a notification of the device that a room has opened; because of its tag two tabs show it only once. Push messages do that themselves. */
    notifyDevice: (/** @type {ListedRoom} */ row) => {
      if (notifications.areOn() || typeof Notification !== 'function' || Notification.permission !== 'granted' || !document.hidden) return
      const notice = new Notification(inWords('“{name}” is open now', { name: row.name }), { body: row.club ?? inWords('Hosted by {host}', { host: row.host }), tag: `roomtone-room-${row.id}`, icon: new URL('../icons/favicon.svg', import.meta.url).href })
      notice.addEventListener('click', () => {
        window.focus()
        if (session.user) context.route.go(addressOf(row.id))
        notice.close()
      })
    },
  }
}
