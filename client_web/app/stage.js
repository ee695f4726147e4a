import { addressOf, HOME } from '../addresses.js'
import { createTopologyDialog } from '../view/room/topology.js'
import { createConfirm } from '../view/dialog/confirm.js'
import { createPersonCard } from '../view/people/card.js'
import { createReport } from '../view/people/report.js'
import { createRoomSettings } from '../view/settings/settings.js'
import { inWords } from '../words/language.js'
import { whenOpened } from '../view/elements/when_opened.js'
import { together } from '../view/elements/words.js'

/**
 * @import { Named } from '../room/moderation.js'
 * @import { RoomSession } from '../room/room_session.js'
 * @import { RoomSessionState } from '../room/room_session_state.js'
 */

/**
 * Actions of the stage, of moderators and of the room's settings. Each is one call of the database; a refusal is shown beside its
 * button.
 * @param {ReturnType<typeof import('./context.js').createContext>} context
 */
export function createStageActions(context) {
  const { shell } = context
  const roomSession = () => /** @type {RoomSession} */ (shell.roomSession)
  const moderation = () => roomSession().moderation
  const consent = () => roomSession().consent
  const confirm = whenOpened(createConfirm)
  /** @type {number|null} */ let wanted = null // the room that is about to be entered

  /** The calls of moderation.js, for the room I am in when the button is pressed. `any`: each call has parameters of its own. */
  const names = /** @type {const} */ (['bringUp', 'lowerHand', 'invite', 'withdraw', 'moveDown', 'makeModerator', 'makeSpeaker', 'mute', 'muteAll', 'askToUnmute', 'remove',
      'bans', 'unban', 'change', 'openNow', 'handOver', 'end'])
  const calls = /** @type {Pick<RoomSession['moderation'], typeof names[number]>} */ (Object.fromEntries(
    names.map((name) => [name, (/** @type {any[]} */ ...args) => /** @type {any} */ (moderation())[name](...args)]),
  ))
  const report = whenOpened(() => createReport({
    report: (person, reason) => moderation().report(person, reason),
    block: shell.block,
    done: (words) => context.view.showNotice(words),
  }))
  const card = whenOpened(() => createPersonCard({
    ...calls,
    /** At once; but for some seconds it can be undone. */
    async remove(/** @type {Named} */ person) {
      const { moderation: here } = roomSession()
      await here.remove(person)
      roomSession().listeners.forget(person.user_id)
      context.view.showNotice(inWords('{username} was removed.', { username: person.username }), { yes: inWords('Undo'), accept: () => undoRemoval(here, person), key: `removed-${person.user_id}`, focus: true })
    },
    ban: (/** @type {Named} */ person) => void confirm.built().ask({
      title: inWords('Ban {username}?', { username: person.username }),
      about: inWords("{username} leaves at once and cannot come back into this room. You can let them in again in the room's settings.", { username: person.username }),
      yes: inWords('Ban {username}', { username: person.username }),
      danger: true,
      async action() {
        await moderation().ban(person)
        roomSession().listeners.forget(person.user_id)
      },
    }),
    disable: (/** @type {Named} */ person) => void disable(person),
    refuse: (/** @type {string} */ words) => context.view.refuse(words),
    block: shell.block,
    unblock: shell.unblock,
    follow: (/** @type {Named} */ person) => shell.followPerson(person.user_id),
    unfollow: (/** @type {Named} */ person) => shell.unfollowPerson(person.user_id),
    report: (/** @type {Named} */ person) => void report.built().open(person, shell.blocks.has(person.user_id)),
    inspect: (/** @type {number} */ user_id) => context.view.chooseSeat(user_id),
    retryConnection: (/** @type {number} */ user_id) => shell.roomSession?.retryConnection(user_id),
    setVolume: shell.volumes.set,
    deleteCaption: (/** @type {number} */ id) => roomSession().captions.delete(id),
  }))
  const settings = whenOpened(() => createRoomSettings({ ...calls, clubs: shell.myClubs }))
  const topologyReason = () => roomSession().topologyReason()
  const topologyDialog = whenOpened(() => createTopologyDialog({ ...calls, topologyReason }))

  /** @param {RoomSession['moderation']} here @param {Named} person */
  async function undoRemoval(here, person) {
    const refused = await context.refusal(() => here.undoRemoval(person))
    context.view.showNotice(refused ?? inWords('{username} is invited back, in the role they had.', { username: person.username }), { key: `removed-${person.user_id}` })
  }

  /** After a question. It can be undone while the notice is shown. @param {Named} person */
  async function disable(person) {
    const disabled = await confirm.built().ask({
      title: inWords('Disable the account of {username}?', { username: person.username }),
      about: inWords('{username} is signed out everywhere, leaves all rooms, and cannot sign in again. You can undo it for some seconds. Later, those who run this Roomtone can.', { username: person.username }),
      yes: inWords('Disable {username}', { username: person.username }),
      danger: true,
      action: () => shell.profiles.disable(person),
    })
    if (!disabled) return
    shell.roomSession?.listeners.forget(person.user_id)
    const key = `disabled-${person.user_id}`
    context.view.showNotice(inWords('The account of {username} is disabled.', { username: person.username }), { yes: inWords('Undo'), key, focus: true, accept: async () => {
      const refused = await context.refusal(() => shell.profiles.enable(person))
      context.view.showNotice(refused ?? inWords('{username} can sign in again.', { username: person.username }), { key })
    } })
  }

  /** Enters a room; if a person I blocked is there, asks first. @param {number} room_id */
  async function enter(room_id) {
    if (wanted === room_id) return
    wanted = room_id
    const known = await shell.blockedIn(room_id) // before I leave another room
    const still = () => wanted === room_id && context.route.here().room_id === room_id
    if (still() && known.length && !(await confirm.built().ask({
      title: inWords('A person you blocked is here'),
      about: inWords('{count, plural, one {{names} is} other {{names} are}} in this room. They can hear you when you talk. You do not hear them, unless all voices here are mixed into one.', { count: known.length, names: together(known) }),
      yes: inWords('Enter anyway'),
      no: inWords('Do not enter'),
    }))) {
      if (still()) context.route.go(HOME)
      wanted = null
      return
    }
    if (still()) {
      if (await context.leaveRoom()) shell.enter(room_id)
      else if (still()) context.route.go(addressOf(shell.roomSession?.room_id ?? room_id))
    }
    wanted = null
  }

  return {
    enter,
    actions: {
      ...calls,
      topologyReason,
      /** @param {number} user_id @param {Element} from */
      choose: (user_id, from) => card.built().open(user_id, from),
      readHands: (/** @type {number} */ many) => void roomSession().hands.read(many),
      // Those who listen in a counted room: see room/listeners.js.
      findListeners: (/** @type {string} */ text) => roomSession().listeners.find(text),
      laterListeners: () => roomSession().listeners.later(),
      earlierListeners: () => roomSession().listeners.earlier(),
      refreshListeners: () => void roomSession().listeners.refresh(),
      listenersAgain: () => roomSession().listeners.again(),
      openSettings: () => settings.built().open(),
      showTopologies: () => topologyDialog.built().open(),
      accept: (/** @type {{ muted: boolean }} */ how) => consent().accept(how),
      decline: () => consent().decline(),
      stayMuted: () => consent().stayMuted(),
      unmute: () => roomSession().setMuted(false),
      /** Raises or lowers my hand. In a room with an open stage the database refuses it and says why. */
      toggleHand() {
        const seated = context.seated()
        if (!seated?.state.me || seated.state.may.speak) return
        const up = seated.state.handWish ?? seated.state.may.lower_hand
        context.attempt(() => (up ? seated.consent.lowerHand() : seated.consent.raiseHand()))
      },
      stepUp: () => context.attempt(() => consent().stepUp()),
      stepDown: () => context.attempt(() => consent().stepDown()),
      answer: (/** @type {boolean} */ yes) => context.seated() !== null && context.view.answer(yes),
    },
    /** @param {(RoomSessionState & { blocks: ReadonlySet<number>, follows: ReadonlySet<number> })|null} now  the room session's state, with whom I blocked and follow */
    update(now) {
      const here = now && now.phase !== 'left' ? now : null
      card.update(here)
      settings.update(here)
      topologyDialog.update(here)
    },
  }
}
