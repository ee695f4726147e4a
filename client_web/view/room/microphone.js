import { element, mark, say } from '../elements/element.js'
import { mentionKey } from '../elements/keyboard.js'
import { redraw, symbol } from '../elements/symbol.js'
import { deviceNoticeInWords } from '../sound/device_words.js'
import { lossesOf } from '../../room/losses.js'
import { shownFor } from '../../room/shown_for.js'
import { lossInWords } from './loss_words.js'
import { inWords } from '../../words/language.js'

/** @import { RoomSessionState } from '../../room/room_session_state.js' */

const UNAVAILABLE = new Set(['refused', 'missing', 'failed'])

/** @type {Record<string, string>} */
const TITLES = { refused: inWords('Allow the microphone in your browser to speak'), missing: inWords('No microphone found'), failed: inWords('The microphone did not start') }

const NOTICE_SHOWN = 12 // s

/**
 * The button of the microphone, with notices: why the microphone is not available, which devices were plugged in or unplugged, and a sound
 * check for people who talk for the first time in this browser.
 * @param {{ toggleMicrophone: () => void, retryMicrophone: () => void, checkSound: () => void }} actions
 */
export function createMicrophone({ toggleMicrophone, retryMicrophone, checkSound }) {
  /** @type {number|null} */ let my_id = null
  /** @type {string|undefined|null} */ let dismissed = null // the problem whose notice was closed
  const drawing = symbol('mic-off')
  const ring = element('span', { class: 'microphone__ring', 'aria-hidden': 'true' })
  const button = element('button', { class: 'microphone', type: 'button', on: { click: () => toggleMicrophone() } }, ring, drawing)
  const title = element('strong')
  const way = element('p')
  const refused = element('div', { class: 'microphone__notice', role: 'alert', hidden: true },
    title, way, element('div', { class: 'microphone__buttons' },
      element('button', { class: 'button', type: 'button', text: inWords('Try again'), on: { click: () => retryMicrophone() } }),
      element('button', { class: 'button', type: 'button', text: inWords('Sound check'), on: { click: () => checkSound() } }),
      element('button', { class: 'button button--plain', type: 'button', text: inWords('Not now'), on: { click: dismiss } })))

  const plugged = element('p', { class: 'microphone__plugged', role: 'status' })
  const offer = element('p', { class: 'microphone__offer', hidden: true }, element('span', { class: 'quiet', text: inWords('First time talking here?') }), ' ',
    element('button', { class: 'microphone__check', type: 'button', on: { click: () => checkSound() } }, symbol('dials'), inWords('Check your sound')))
  const notice = element('div', {}, refused, plugged, offer)
  /** @type {number|null} */ let lastNotice = null // the latest notice that was shown
  /** @type {ReturnType<typeof setTimeout>|undefined} */ let forgetting

  function dismiss() {
    dismissed = refused.dataset.state
    refused.hidden = true
    button.focus()
  }

  /** Only changes since I entered are shown. @param {RoomSessionState['devices']['notice']} news */
  function showDeviceNotice(news) {
    if (lastNotice === null || news?.id === lastNotice) {
      lastNotice = news?.id ?? lastNotice ?? 0
      return
    }
    lastNotice = news?.id ?? 0
    say(plugged, deviceNoticeInWords(news))
    clearTimeout(forgetting)
    forgetting = setTimeout(() => say(plugged, ''), shownFor(NOTICE_SHOWN))
  }

  return {
    element: button,
    notice,
    update(/** @type {RoomSessionState} */ roomSession) {
      const { me, may, microphone, devices, phase } = roomSession
      const loss = lossesOf(roomSession).find(({ kind, press }) => kind === 'microphone' && press === 'retry_microphone')
      my_id = me?.user_id ?? null
      const unavailable = UNAVAILABLE.has(microphone.state)
      const open = me !== null && may.speak && !me.muted && microphone.state === 'on'
      const state = unavailable ? 'unavailable' : microphone.state === 'asking' ? 'asking' : !open ? 'off' : me.speaking ? 'speaking' : 'on'
      mark(button, 'data-state', state)
      mark(button, 'aria-label', unavailable ? inWords('Try the microphone again') : open ? inWords('Turn microphone off') : inWords('Turn microphone on'))
      mentionKey(button, open ? inWords('Turn microphone off') : inWords('Turn microphone on'), 'M')
      mark(button, 'aria-disabled', phase === 'joining' || microphone.state === 'asking' ? 'true' : null)
      redraw(drawing, open ? 'mic' : 'mic-off')
      if (!unavailable) dismissed = null
      showDeviceNotice(devices.notice)
      offer.hidden = devices.checked || !may.speak || microphone.state !== 'off' || phase !== 'in'
      refused.dataset.state = microphone.state
      refused.hidden = !loss || dismissed === microphone.state
      if (refused.hidden || !loss) return
      say(title, TITLES[microphone.state])
      say(way, lossInWords(loss).title)
    },
    forget() {
      clearTimeout(forgetting)
      say(plugged, '')
      dismissed = null
    },
    levels(/** @type {ReadonlyMap<number, number>} */ levels) {
      const my_level = my_id === null ? undefined : levels.get(my_id)
      if (my_level !== undefined) ring.style.setProperty('--level', my_level.toFixed(2))
    },
  }
}
