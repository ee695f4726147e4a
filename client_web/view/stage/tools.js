import { element } from '../elements/element.js'
import { createRefusal } from '../elements/refusal.js'
import { symbol } from '../elements/symbol.js'

/** @import { RoomSessionState } from '../../room/room_session_state.js' */

/**
 * What moderators can do with the whole stage.
 * @param {{ muteAll: () => Promise<number> }} actions
 */
export function createStageTools({ muteAll }) {
  const refusal = createRefusal()
  const muteAllButton = element('button', { class: 'tool', type: 'button', title: "Everybody's microphone goes off, except yours and the host's", on: { click: () => refusal.attempt(muteAll) } }, symbol('mic-off'), 'Mute all')
  const root = element('div', { class: 'stage-tools' }, refusal.element, muteAllButton)
  return {
    element: root,
    /** @param {Pick<RoomSessionState, 'may'|'stage'>} roomSession */
    update({ may, stage }) {
      const open = stage.some((person) => !person.me && !person.muted && person.role !== 'HOST')
      root.hidden = !may.moderate || (!open && refusal.element.hidden)
    },
  }
}
