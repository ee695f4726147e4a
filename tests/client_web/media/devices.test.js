/** Devices and volumes: what is remembered, and the text for a device that is plugged in or unplugged. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createDevices } from '../../../client_web/media/devices.js'
import { createVolumes } from '../../../client_web/media/volume.js'
import { deviceNoticeInWords } from '../../../client_web/view/sound/device_words.js'

const memory = (kept = {}) => ({
  kept,
  recall: () => structuredClone(kept),
  keep(value) {
    this.kept = structuredClone(value)
  },
})

test('a chosen device is remembered when it is unplugged and plugged in again', async () => {
  const device = (kind, deviceId, label) => ({ kind, deviceId, label })
  const builtIn = [device('audioinput', 'default', 'Default'), device('audioinput', 'a', 'Built-in'), device('audiooutput', 'b', 'Built-in')]
  const headset = (one, two) => [device('audioinput', one, 'Headset'), device('audiooutput', two, 'Headset')]
  const media = Object.assign(new EventTarget(), { plugged: [...builtIn, ...headset('c', 'd')], enumerateDevices: async () => media.plugged })
  const mine = memory({ microphone: { id: 'old', label: 'Headset' }, echoCancellation: false, noiseSuppression: 'no' })
  const devices = createDevices({ media, memory: mine, choosesSpeaker: true })
  const seen = []
  const note = (what) => seen.push([what, devices.state.microphone, devices.state.speaker, deviceNoticeInWords(devices.state.notice) || null])
  const plug = async (plugged) => {
    media.plugged = plugged
    media.dispatchEvent(new Event('devicechange'))
    await new Promise((resolve) => setTimeout(resolve))
  }
  note('before they are named')
  await devices.open()
  note('known by its name')
  devices.choose('speaker', 'd')
  devices.turn('autoGainControl', false)
  const constraints = devices.constraints()
  await plug(builtIn)
  note('pulled out')
  const without = devices.constraints()
  await plug([...builtIn, ...headset('e', 'f')])
  note('back')
  await plug([...media.plugged, device('audioinput', 'g', 'Desk')])
  note('another')
  devices.check()
  devices.close()
  await plug(builtIn)
  note('closed')
  assert.deepEqual(seen, [
    ['before they are named', 'old', '', null],
    ['known by its name', 'c', '', null],
    ['pulled out', '', '', 'Headset was unplugged. Your system’s own device is used now.'],
    ['back', 'e', 'f', 'Headset is back and in use again.'],
    ['another', 'e', 'f', 'Desk was plugged in.'],
    ['closed', 'e', 'f', 'Desk was plugged in.'],
  ])
  const treated = { noiseSuppression: true, echoCancellation: false, autoGainControl: false }
  assert.deepEqual(constraints, { ...treated, deviceId: { ideal: 'c' } })
  assert.deepEqual(without, treated)
  assert.deepEqual(mine.kept, { ...treated, microphone: { id: 'old', label: 'Headset' }, speaker: { id: 'd', label: 'Headset' }, checked: true })
  assert.deepEqual(devices.state.microphones.map(({ label }) => label), ['Built-in', 'Headset', 'Desk'])
})

test('volumes are remembered within bounds, and full ones forgotten', () => {
  const mine = memory({ people: [[7, [40, true]], 'nonsense', [8, ['loud', 'yes']], null] })
  const volumes = createVolumes({ memory: mine })
  const seen = []
  volumes.subscribe((user_id, { volume, silenced }) => seen.push([user_id, volume, silenced]))
  const before = [volumes.of(7), volumes.of(8), volumes.of(9)]
  volumes.set(9, { volume: 250 })
  volumes.set(9, { volume: -3 })
  volumes.set(7, { volume: 100, silenced: false })
  for (let other = 100; other < 700; other += 1) volumes.set(other, { silenced: true })
  assert.deepEqual(before.map(({ volume, silenced }) => [volume, silenced]), [[40, true], [100, false], [100, false]])
  assert.deepEqual(seen.slice(0, 3), [[9, 100, false], [9, 0, false], [7, 100, false]])
  assert.equal(mine.kept.people.length, 500)
  assert.deepEqual(mine.kept.people[0], [200, [100, true]])
})
