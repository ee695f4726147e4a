import { inWords } from '../../words/language.js'

/**
 * @import { Person } from '../../room/people.js'
 * @import { RoomSessionState } from '../../room/room_session_state.js'
 */

/**
 * The buttons on a person's card. They are only shown or hidden here; the database decides what is allowed.
 *
 * @typedef {Person & { gone?: boolean }} CardPerson  `gone`: they have just left
 * @typedef {{ name: string, text: string, symbol: string, about?: string, closes?: boolean, danger?: boolean }} PersonAction
 *   `name`: of the action; `closes`: the card closes when it is done
 * @typedef {{ blocked: boolean, followed: boolean }} Mine  whether I blocked or follow them
 */

/** @type {Record<string, Omit<PersonAction, 'name'>>} */
const ACTIONS = {
  bringUp: { text: inWords('Bring to the stage'), symbol: 'stage', about: inWords('They come to the stage at once, muted.') },
  invite: { text: inWords('Invite to speak'), symbol: 'stage', about: inWords('They come to the stage when they accept.') },
  withdraw: { text: inWords('Take the invitation back'), symbol: 'close' },
  lowerHand: { text: inWords('Lower their hand'), symbol: 'hand' },
  mute: { text: inWords('Mute'), symbol: 'mic-off', about: inWords('Only they can unmute themselves.') },
  askToUnmute: { text: inWords('Ask to unmute'), symbol: 'mic' },
  moveDown: { text: inWords('Move to the listeners'), symbol: 'move-down' },
  makeModerator: { text: inWords('Make moderator'), symbol: 'moderator' },
  makeSpeaker: { text: inWords('No longer a moderator'), symbol: 'moderator' },
  remove: { text: inWords('Remove from the room'), symbol: 'leave', about: inWords('They can come back.'), closes: true },
  ban: { text: inWords('Ban from this room…'), symbol: 'lock', closes: true, danger: true },
  follow: { text: inWords('Follow'), symbol: 'follow', about: inWords('You see in the hallway in which room they are.') },
  unfollow: { text: inWords('Unfollow'), symbol: 'followed' },
  block: { text: inWords('Block'), symbol: 'block', about: inWords('You do not hear them, and are warned before you enter a room where they are. They are not informed.') },
  unblock: { text: inWords('Unblock'), symbol: 'block' },
  disable: { text: inWords('Disable their account…'), symbol: 'lock', about: inWords('They are signed out everywhere and cannot sign in again.'), closes: true, danger: true },
  report: { text: inWords('Report…'), symbol: 'flag', closes: true },
}

/** @param {CardPerson} person @param {RoomSessionState['may']} may @param {Mine} mine @returns {string[]} */
function names(person, may, { blocked, followed }) {
  if (person.me) return []
  /** @type {string[]} */ const offered = []
  const above = person.role === 'HOST'
  if (may.moderate && !above && !person.gone) {
    if (!person.on_stage) {
      offered.push(person.invited ? 'withdraw' : person.hand !== null ? 'bringUp' : 'invite')
      if (person.hand !== null) offered.push('lowerHand')
    } else {
      if (!person.muted) offered.push('mute')
      else if (!person.asked_to_unmute) offered.push('askToUnmute')
      offered.push('moveDown')
      if (person.kind === 'person') offered.push(person.role === 'MODERATOR' ? 'makeSpeaker' : 'makeModerator')
    }
    offered.push('remove')
  }
  if (may.moderate && !above) offered.push('ban')
  if ((person.kind === 'person' || person.kind === 'bot') && !blocked) offered.push(followed ? 'unfollow' : 'follow')
  if (person.kind === 'person') offered.push(blocked ? 'unblock' : 'block', 'report')
  if (may.disable && person.kind === 'person') offered.push('disable')
  return offered
}

/** @param {CardPerson} person @param {RoomSessionState['may']} may @param {Mine} mine @returns {PersonAction[]} */
export const actionsOn = (person, may, mine) => names(person, may, mine).map((name) => ({ name, ...ACTIONS[name], danger: Boolean(ACTIONS[name].danger) }))
