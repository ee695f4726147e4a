import { streamLevel } from './levels.js'
import { createMicrophone } from './microphone.js'

/**
 * A test of the microphone: it is only measured and sent to nobody, with the device and the sound processing that are chosen now.
 *
 * @param {object} options
 * @param {ReturnType<typeof import('./devices.js').createDevices>} options.devices
 * @param {() => void} options.onChange
 */
export function createMicrophoneTest({ devices, onChange }) {
  /** @type {ReturnType<typeof streamLevel>|null} */ let meter = null
  let applied = ''
  let release = () => {}

  /** @param {MediaStream|null} stream */
  const measure = (stream) => {
    meter?.close()
    meter = stream && streamLevel(stream)
  }
  const microphone = createMicrophone({
    constraints: devices.constraints,
    onReplace: measure,
    onChange(state) {
      measure(state === 'on' ? microphone.stream : null)
      if (state === 'on') devices.refresh() // with the permission, devices have names
      onChange()
    },
  })

  function applyDevices() {
    const next = JSON.stringify(devices.constraints())
    if (applied && next !== applied) microphone.renew().then(onChange)
    applied = next
  }

  return {
    get state() {
      return { state: microphone.state, problem: microphone.problem, label: microphone.track?.label ?? '' }
    },
    /** 0..1, now. */
    level: () => meter?.level() ?? 0,
    start() {
      release()
      release = devices.subscribe(applyDevices)
      return microphone.open()
    },
    /** Starts if the permission was given before. */
    async startIfAllowed() {
      const asked = await navigator.permissions?.query({ name: 'microphone' }).catch(() => null)
      if (asked?.state === 'granted') await this.start()
    },
    stop() {
      release()
      microphone.close()
    },
  }
}
