import { createDialog } from '../dialog/dialog.js'
import { element, mark, say } from '../elements/element.js'
import { deviceNoticeInWords, microphoneProblemInWords } from './device_words.js'
import { createSoundMeter } from './meter.js'
import { symbol } from '../elements/symbol.js'
import { inWords } from '../../words/language.js'

/** @type {['noiseSuppression'|'echoCancellation'|'autoGainControl', string, string][]} */
const PROCESSING = [
  ['noiseSuppression', inWords('Reduce background noise'), inWords('Fans, keyboards, the street. Turn it off for music.')],
  ['echoCancellation', inWords('Cancel echo'), inWords('Turn it off only if you use headphones.')],
  ['autoGainControl', inWords('Adjust my volume automatically'), inWords('Louder when you are far away, softer when you shout.')],
]

const SYSTEM = inWords('Your system’s choice')

/**
 * The sound check: microphone and its level, loudspeaker, and the browser's sound processing. Choices take effect at once, also in a room,
 * and are remembered by this browser.
 *
 * @param {object} options
 * @param {ReturnType<typeof import('../../media/devices.js').createDevices>} options.devices
 * @param {(onChange: () => void) => ReturnType<typeof import('../../media/microphone_test.js').createMicrophoneTest>} options.testMicrophone
 * @param {(sink: string) => Promise<void>} options.playTone
 */
export function createSoundCheck({ devices, testMicrophone, playTone }) {
  const microphoneTest = testMicrophone(() => draw())
  const meter = createSoundMeter(() => microphoneTest.level())

  const microphone = choiceOf('microphone', inWords('Microphone'))
  const listen = element('button', { class: 'button', type: 'button', on: { click: toggle } })
  const problem = element('p', { class: 'sound-check__problem', role: 'alert', hidden: true })
  const unnamed = element('p', { class: 'sound-check__hint quiet', text: inWords('Your browser shows the names of the devices after you have tried the microphone.') })

  const speaker = choiceOf('speaker', inWords('Loudspeaker'))
  const tone = element('button', { class: 'button', type: 'button', 'aria-describedby': 'sound-check-tone', on: { click: sound } }, symbol('sound'), inWords('Play a tone'))
  const heard = element('p', { class: 'sound-check__hint quiet', role: 'status', id: 'sound-check-tone' })
  const fixed = element('p', { class: 'sound-check__hint quiet', text: inWords('This browser uses the loudspeaker of your system. Choose it in the settings of your system.') })

  const switches = PROCESSING.map(([name, title, about]) => switchOf(name, title, about))
  const notice = element('p', { class: 'sound-check__notice', role: 'status' })
  const dialog = createDialog(inWords('Sound check'),
    element('div', { class: 'sound-check' },
      notice,
      part('mic', inWords('What others hear'), microphone.element, unnamed, meter.element, problem, listen),
      part('sound', inWords('What you hear'), speaker.element, fixed, element('div', { class: 'sound-check__tone' }, tone, heard)),
      element('fieldset', { class: 'sound-check__part' }, element('legend', { class: 'sound-check__heading' }, symbol('dials'), inWords('Sound processing')), ...switches.map((each) => each.element)),
      element('div', { class: 'sound-check__end' },
        element('p', { class: 'quiet', text: inWords('Nobody hears this test. This browser remembers your choices.') }),
        element('button', { class: 'button button--action', type: 'button', text: inWords('Done'), on: { click: () => dialog.close() } }))))

  let lastNotice = 0 // the latest notice that was shown
  dialog.element.classList.add('dialog--sound')
  dialog.onClose(() => {
    microphoneTest.stop()
    meter.stop()
    devices.check()
  })
  devices.subscribe(() => draw())

  function toggle() {
    if (microphoneTest.state.state === 'on') microphoneTest.stop()
    else microphoneTest.start()
  }

  async function sound() {
    mark(tone, 'aria-disabled', 'true')
    say(heard, inWords('Two notes are playing…'))
    try {
      await playTone(devices.state.speaker)
      say(heard, inWords('Did you hear two notes? If not, try another loudspeaker, or turn up the volume.'))
    } catch {
      say(heard, inWords('Your browser did not play it. Choose another loudspeaker and try again.'))
    }
    mark(tone, 'aria-disabled', null)
  }

  function draw() {
    const now = devices.state
    const { state, problem: why } = microphoneTest.state
    const sentence = microphoneProblemInWords(why)
    const on = state === 'on'
    microphone.update(now.microphones, now.microphone)
    speaker.update(now.speakers, now.speaker)
    speaker.element.hidden = !now.chooses_speaker
    fixed.hidden = now.chooses_speaker
    unnamed.hidden = now.named
    for (const each of switches) each.update(now)
    listen.replaceChildren(symbol(on ? 'mic-off' : 'mic'), on ? inWords('Stop the test') : state === 'asking' ? inWords('Allow the microphone in your browser…') : sentence ? inWords('Try again') : inWords('Try my microphone'))
    mark(listen, 'aria-disabled', state === 'asking' ? 'true' : null)
    problem.hidden = !sentence
    say(problem, sentence)
    if (on) meter.start()
    else meter.stop()
    if (now.notice && now.notice.id !== lastNotice && dialog.element.open) say(notice, deviceNoticeInWords(now.notice))
    lastNotice = now.notice?.id ?? lastNotice
  }

  /** @param {'microphone'|'speaker'} kind @param {string} title */
  function choiceOf(kind, title) {
    const id = `sound-check-${kind}`
    const select = element('select', { class: 'field__input', id, on: { change: () => devices.choose(kind, select.value) } })
    let shown = ''
    return {
      element: element('div', { class: 'field' }, element('label', { class: 'field__label', for: id, text: title }), select),
      /** @param {readonly import('../../media/devices.js').Device[]} list @param {string} id */
      update(list, id) {
        const options = [{ id: '', label: SYSTEM }, ...list]
        const next = JSON.stringify(options)
        if (next !== shown) select.replaceChildren(...options.map((each) => element('option', { value: each.id, text: each.label || title })))
        shown = next
        if (select.value !== id) select.value = id
      },
    }
  }

  /** @param {typeof PROCESSING[number][0]} name @param {string} title @param {string} about */
  function switchOf(name, title, about) {
    const id = `sound-check-${name}`
    const box = element('input', { class: 'switch', type: 'checkbox', role: 'switch', 'aria-describedby': id, on: { change: () => devices.turn(name, box.checked) } })
    return {
      element: element('div', { class: 'sound-check__switch' },
        element('label', {}, box, element('span', { text: title })), element('p', { class: 'quiet', id, text: about })),
      update(/** @type {import('../../media/devices.js').Devices} */ now) {
        box.checked = now[name]
      },
    }
  }

  return {
    element: dialog.element,
    open() {
      say(notice, '')
      say(heard, '')
      devices.refresh()
      draw()
      dialog.open()
      microphoneTest.startIfAllowed()
    },
  }
}

/** @param {string} drawing @param {string} title @param {...Node} children */
function part(drawing, title, ...children) {
  return element('section', { class: 'sound-check__part', 'aria-label': title }, element('h3', { class: 'sound-check__heading' }, symbol(drawing), title), ...children)
}
