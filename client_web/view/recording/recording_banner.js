import { addressOfRecording } from '../../addresses.js'
import { element, mark, say } from '../elements/element.js'
import { lossesOf } from '../../room/losses.js'
import { clockInWords, failureInWords, startInWords } from './words.js'
import { symbol } from '../elements/symbol.js'
import { inWords } from '../../words/language.js'

/**
 * @import { Running } from '../../room/recording.js'
 * @import { RoomSessionState } from '../../room/room_session_state.js'
 */

/**
 * Shows everybody that the room is recorded, for as long as it is. It counts down before the recording begins, asks people who enter later
 * to confirm it, and links to the recording afterwards.
 *
 * @param {{ leave: () => void, stopRecording: () => void, acknowledgeRecording: () => void, dismissRecording: () => void, record: () => void }} actions
 */
export function createRecordingBanner(actions) {
  /** @type {Running|null} */ let running = null
  /** @type {ReturnType<typeof setInterval>|undefined} */ let ticking
  const light = element('span', { class: 'recording__light', 'aria-hidden': 'true' })
  const title = element('strong', { class: 'recording__title' })
  const about = element('span', { class: 'recording__about' })
  /** @param {string} text @param {() => void} action @param {string} [kind] */
  const button = (text, action, kind = '') => element('button', { class: `button button--small ${kind}`.trim(), type: 'button', text, on: { click: action } })
  const stay = button(inWords('OK, I’ll stay'), () => actions.acknowledgeRecording(), 'button--action')
  const leave = button(inWords('Leave quietly'), () => actions.leave())
  const stop = button('', () => actions.stopRecording())
  const listen = element('a', { class: 'button button--small', text: inWords('Listen to it') })
  const again = button(inWords('Record again'), () => actions.record())
  const close = element('button', { class: 'round', type: 'button', 'aria-label': inWords('Close'), on: { click: () => actions.dismissRecording() } }, symbol('close'))
  const buttons = element('span', { class: 'recording__buttons' }, stay, leave, stop, listen, again, close)
  const root = element('section', { class: 'recording', 'aria-label': inWords('Recording'), hidden: true }, light, element('p', { class: 'recording__words' }, title, ' ', about), buttons)

  function tick() {
    if (!running) return
    const left = Math.max(0, running.begins - (performance.timeOrigin + performance.now())) / 1000
    if (running.phase === 'announced') say(about, startInWords(running, `${Math.ceil(left)} s`))
    else if (!running.unknown) say(about, clockInWords((performance.timeOrigin + performance.now() - running.begins) / 1000))
  }

  function beat(/** @type {boolean} */ wanted) {
    if (wanted === (ticking !== undefined)) return
    clearInterval(ticking)
    ticking = wanted ? setInterval(tick, 250) : undefined
  }

  return {
    element: root,
    /** @param {RoomSessionState} roomSession */
    update(roomSession) {
      const over = roomSession.phase === 'left'
      const { last = null } = roomSession.recording ?? {}
      running = over ? null : (roomSession.recording?.running ?? null)
      root.hidden = running === null && last === null
      mark(root, 'data-phase', running?.phase ?? 'ended')
      mark(root, 'data-asks', running?.unknown ? '' : null)
      beat(running !== null)
      stay.hidden = !running?.unknown
      leave.hidden = !(running?.unknown || (running?.phase === 'announced' && !running.mine))
      stop.hidden = running === null || !roomSession.may.moderate
      const playable_id = last && (last.started_at ? last.id : last.continues_id) // the previous part, if this one did not begin
      listen.hidden = running !== null || !playable_id
      again.hidden = !lossesOf(roomSession).some(({ kind, press }) => kind === 'recording' && press === 'record')
      close.hidden = running !== null
      if (running) {
        say(title, running.phase === 'announced' ? inWords('The recording begins soon.') : running.unknown ? inWords('This room is being recorded') : inWords('Recording'))
        say(stop, running.phase === 'announced' ? inWords('Cancel the recording') : inWords('Stop'))
        if (running.unknown && running.phase !== 'announced') say(about, inWords('by {username}. What you say from now on is recorded. Everybody who was here can listen to it afterwards.', { username: running.username }))
        tick()
      } else if (last) {
        say(title, playable_id ? inWords('The recording has ended.') : inWords('The recording was cancelled.'))
        say(about, failureInWords(last))
        mark(listen, 'href', playable_id ? addressOfRecording(playable_id) : null)
      }
    },
  }
}
