import { createWays } from '../view/carried.js'
import { createConfirm } from '../view/confirm.js'
import { createPersonCard } from '../view/person_card.js'
import { createReport } from '../view/report.js'
import { createRoomSettings } from '../view/room_settings.js'
import { together } from '../view/words.js'

/**
 * The floor of a room: who speaks by whose consent, who is shown out, and the room's own settings. Each act is one call; what is
 * refused is said beside the button that asked.
 * @param {ReturnType<typeof import('./commons.js').createCommons>} commons
 */
export function createFloor(commons) {
  const { house } = commons
  const floor = () => house.visit.moderation
  const consent = () => house.visit.consent
  const confirm = createConfirm()
  let wanted = null // the room on whose threshold I stand

  /** The calls of moderation.js, for whichever room I am in when the button is pressed. */
  const calls = Object.fromEntries(
    ['bringUp', 'lowerHand', 'invite', 'withdraw', 'moveDown', 'makeModerator', 'makeSpeaker', 'mute', 'muteAll', 'askToUnmute', 'remove',
      'bans', 'unban', 'change', 'openNow', 'handOver', 'end'].map((name) => [name, (...args) => floor()[name](...args)]),
  )
  const report = createReport({
    report: (person, reason) => floor().report(person, reason),
    block: house.block,
    told: (words) => commons.view.announce(words),
  })
  const card = createPersonCard({
    ...calls,
    ban: (person) => void confirm.ask({
      title: `Ban ${person.username}?`,
      about: `${person.username} leaves at once and cannot come back into this room, whatever they try. You can let them in again in the room's settings.`,
      yes: `Ban ${person.username}`,
      grave: true,
      act: () => floor().ban(person),
    }),
    block: house.block,
    unblock: house.unblock,
    report: (person) => void report.open(person, house.blocks.has(person.user_id)),
    toWall: (user_id) => commons.view.chooseSeat(user_id),
    retryConnection: (user_id) => house.visit?.retryConnection(user_id),
    setVolume: house.volumes.set,
  })
  const settings = createRoomSettings({ ...calls, clubs: house.myClubs })
  const ways = createWays(calls)
  commons.add(confirm, card, report, settings, ways)

  /** Walks in, unless somebody I blocked is there and I would rather not. @param {number} room_id */
  async function enter(room_id) {
    if (wanted === room_id) return
    wanted = room_id
    const known = await house.blockedIn(room_id)
    const still = () => wanted === room_id && commons.route.here().room_id === room_id
    if (still() && known.length && !(await confirm.ask({
      title: 'Somebody you blocked is here',
      about: `${together(known)} ${known.length === 1 ? 'is' : 'are'} in this room. If you walk in you hear each other as everybody does.`,
      yes: 'Walk in anyway',
      no: 'Stay outside',
    }))) {
      if (still()) commons.route.go('/')
      wanted = null
      return
    }
    if (still()) house.enter(room_id)
    wanted = null
  }

  return {
    enter,
    acts: {
      ...calls,
      choose: (user_id, from) => card.open(user_id, from),
      openSettings: () => settings.open(),
      showWays: () => ways.open(),
      accept: (how) => consent().accept(how),
      decline: () => consent().decline(),
      stayMuted: () => consent().stayMuted(),
      unmute: () => house.visit.setMuted(false),
      /** My hand: up, or down again. Where nobody has to raise one the database says so. */
      toggleHand() {
        const visit = commons.seated()
        if (!visit?.state.me || visit.state.may.speak) return
        commons.attempt(() => (visit.state.may.lower_hand ? visit.consent.lowerHand() : visit.consent.raiseHand()))
      },
      stepUp: () => commons.attempt(() => consent().stepUp()),
      stepDown: () => commons.attempt(() => consent().stepDown()),
      answer: (yes) => commons.seated() !== null && commons.view.answer(yes),
    },
    /** @param {object|null} visit  its state, with `blocks` */
    update(visit) {
      const here = visit && visit.phase !== 'left' ? visit : null
      card.update(here)
      settings.update(here)
      ways.update(here)
    },
  }
}
