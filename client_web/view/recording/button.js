import { element, mark } from '../elements/element.js'
import { redraw, symbol } from '../elements/symbol.js'
import { inWords } from '../../words/language.js'

/** @import { RoomSessionState } from '../../room/room_session_state.js' */

/**
 * The host's button: starts a recording, and stops it. In a mesh it explains why that is not possible.
 * @param {{ record: () => void }} actions
 */
export function createRecordingButton({ record }) {
  const drawing = symbol('record')
  const root = element('button', { class: 'round recording-button', type: 'button', on: { click: () => record() } }, drawing)
  return {
    element: root,
    /** @param {RoomSessionState} roomSession */
    update(roomSession) {
      const running = Boolean(roomSession.recording?.running)
      const words = running ? inWords('Stop recording') : inWords('Record this room')
      root.hidden = roomSession.phase === 'left' || roomSession.phase === 'joining' || !roomSession.may.host
      redraw(drawing, running ? 'stop' : 'record')
      mark(root, 'aria-label', words)
      mark(root, 'title', words)
      mark(root, 'aria-haspopup', running ? null : 'dialog')
      mark(root, 'data-running', running ? '' : null)
    },
  }
}
