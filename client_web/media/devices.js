import { createMemory } from './memory.js'

/** @import { Json } from '../signaling/json.js' */

/**
 * The microphone, the loudspeaker and the sound processing that were chosen in this browser, and the devices that are plugged in now.
 * When a chosen device is unplugged, the system's own device is used; when it is plugged in again, it is used again.
 *
 * Browsers give the names of devices only to pages that may use the microphone. Until then only the system's choice can be chosen.
 *
 * @typedef {{ id: string, label: string }} Device
 * @typedef {object} Devices
 * @property {readonly Device[]} microphones  without the system's pseudo devices
 * @property {readonly Device[]} speakers
 * @property {string} microphone  the id in use; '' for the system's choice
 * @property {string} speaker
 * @property {boolean} noiseSuppression
 * @property {boolean} echoCancellation
 * @property {boolean} autoGainControl
 * @property {boolean} named  whether the browser gives the devices' names
 * @property {boolean} checked  whether a sound check was made in this browser
 * @property {boolean} chooses_speaker  whether this browser lets a page choose the loudspeaker
 * @property {{ id: number, changes: readonly DeviceChange[] }|null} notice  what was plugged in or unplugged just now
 *
 * @typedef {{ label: string, change: 'plugged_in'|'unplugged', chosen: boolean }} DeviceChange  chosen: it is the one that was chosen here
 */

/** The sound processing of browsers (W3C Media Capture, section 13): all on, unless the user switches it off. */
const SWITCHES = Object.freeze(['noiseSuppression', 'echoCancellation', 'autoGainControl'])

/** @type {Record<'microphone'|'speaker', MediaDeviceKind>} */
const KINDS = { microphone: 'audioinput', speaker: 'audiooutput' }
const PSEUDO = new Set(['', 'default', 'communications'])
const NONE = Object.freeze({ id: '', label: '' })

/**
 * @param {object} [options]
 * @param {MediaDevices|null} [options.media]  none where the page is not secure
 * @param {ReturnType<typeof createMemory>} [options.memory]
 * @param {boolean} [options.choosesSpeaker]
 */
export function createDevices({
  media = navigator.mediaDevices,
  memory = createMemory('roomtone.sound'),
  choosesSpeaker = 'setSinkId' in HTMLMediaElement.prototype,
} = {}) {
  /** @type {Set<(state: Devices, before: Devices) => void>} */ const listeners = new Set()
  const kept = memory.recall()
  /** @type {{ microphone: Device, speaker: Device }} what was chosen, plugged in or not */
  const chosen = { microphone: deviceOf(kept.microphone), speaker: deviceOf(kept.speaker) }
  /** @type {Pick<Devices, 'noiseSuppression'|'echoCancellation'|'autoGainControl'>} */
  const switches = /** @type {any}: `Object.fromEntries` forgets the names */ (Object.fromEntries(SWITCHES.map((each) => [each, kept[each] !== false])))
  let checked = kept.checked === true
  /** @type {{ microphone: readonly Device[], speaker: readonly Device[] }} */ let plugged = { microphone: [], speaker: [] }
  let named = false
  /** @type {Devices['notice']} */ let notice = null
  let notices = 0
  /** @type {Devices} */ let state = stateNow()

  /** The id a choice has now: browsers give new ids when their data is cleared, the label stays. @param {'microphone'|'speaker'} kind */
  function present(kind) {
    const { id, label } = chosen[kind]
    if (!id) return ''
    const found = plugged[kind].find((each) => each.id === id) ?? plugged[kind].find((each) => each.label === label)
    return found?.id ?? (named ? '' : id)
  }

  /** @returns {Devices} */
  function stateNow() {
    return Object.freeze({
      ...{ microphones: plugged.microphone, speakers: plugged.speaker, microphone: present('microphone'), speaker: present('speaker') },
      ...switches,
      ...{ named, checked, notice, chooses_speaker: choosesSpeaker },
    })
  }

  function changed() {
    const before = state
    state = stateNow()
    for (const listener of listeners) listener(state, before)
  }

  const keep = () => memory.keep({ ...chosen, ...switches, checked })

  /**
   * Notes what was unplugged and what was plugged in. A headset is two devices with one label, and counts once.
   * @param {typeof plugged} before
   * @param {typeof plugged} now
   */
  function noteChanges(before, now) {
    /** @param {typeof plugged} lists */
    const labels = (lists) => new Set([...lists.microphone, ...lists.speaker].map(({ label }) => label).filter(Boolean))
    const [was, is] = [labels(before), labels(now)]
    /** @param {string} label */
    const isChosen = (label) => chosen.microphone.label === label || chosen.speaker.label === label
    /** @type {DeviceChange[]} */ const changes = [
      ...[...was].filter((label) => !is.has(label)).map((label) => ({ label, change: /** @type {const} */ ('unplugged'), chosen: isChosen(label) })),
      ...[...is].filter((label) => !was.has(label)).map((label) => ({ label, change: /** @type {const} */ ('plugged_in'), chosen: isChosen(label) })),
    ]
    if (changes.length) notice = Object.freeze({ id: (notices += 1), changes: Object.freeze(changes) })
  }

  async function refresh() {
    if (!media?.enumerateDevices) return
    const all = await media.enumerateDevices().catch(() => [])
    /** @param {'microphone'|'speaker'} kind */
    const listed = (kind) =>
      Object.freeze(
        all
          .filter((each) => each.kind === KINDS[kind] && !PSEUDO.has(each.deviceId))
          .map(({ deviceId, label }) => Object.freeze({ id: deviceId, label })),
      )
    const before = plugged
    const knew = named
    plugged = { microphone: listed('microphone'), speaker: listed('speaker') }
    named = all.some(({ label }) => label)
    if (knew && named) noteChanges(before, plugged)
    changed()
  }

  return {
    get state() {
      return state
    },
    /** @param {(state: Devices, before: Devices) => void} listener */
    subscribe(listener) {
      listeners.add(listener)
      listener(state, state)
      return () => listeners.delete(listener)
    },
    /** Reads which devices are plugged in: at the start, and when a permission may have given them names. */
    refresh,
    open() {
      media?.addEventListener?.('devicechange', refresh)
      return refresh()
    },
    close: () => media?.removeEventListener?.('devicechange', refresh),

    /** @param {'microphone'|'speaker'} kind @param {string} id  '' for the system's choice */
    choose(kind, id) {
      chosen[kind] = plugged[kind].find((each) => each.id === id) ?? NONE
      keep()
      changed()
    },
    /** @param {'noiseSuppression'|'echoCancellation'|'autoGainControl'} name @param {boolean} on */
    turn(name, on) {
      switches[name] = on
      keep()
      changed()
    },
    /** A sound check was made: it need not be offered again. */
    check() {
      if (checked) return
      checked = true
      keep()
      changed()
    },

    /** For `getUserMedia`. The device is an ideal and not exact: if it was just unplugged, the browser uses another one. @returns {MediaTrackConstraints} */
    constraints: () => ({ ...switches, ...(state.microphone ? { deviceId: { ideal: state.microphone } } : {}) }),
  }
}

/** @param {Json} kept @returns {Device} */
function deviceOf(kept) {
  return typeof kept?.id === 'string' && typeof kept.label === 'string' ? { id: kept.id, label: kept.label } : NONE
}
