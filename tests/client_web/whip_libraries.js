// Libraries of npm that speak WHIP and WHEP, as a page uses them, bundled without a change.
import { WebRTCPlayer } from '@eyevinn/webrtc-player'
import { WHIPClient as EyevinnPublisher } from '@eyevinn/whip-web-client'
import { WHEPClient } from 'whip-whep/whep.js'
import { WHIPClient } from 'whip-whep/whip.js'

const context = new AudioContext()

function toneOf(hertz) {
  const oscillator = new OscillatorNode(context, { frequency: hertz })
  const destination = context.createMediaStreamDestination()
  oscillator.connect(destination)
  oscillator.start()
  return destination.stream
}

/** Plays a stream, and says whether it contains a tone: one that stands out of the spectrum, as noise and harmonics do not. */
function meterOf(stream) {
  const element = document.body.appendChild(document.createElement('audio'))
  element.srcObject = stream
  element.play()
  const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 })
  context.createMediaStreamSource(stream).connect(analyser)
  return (hertz) => {
    const bins = new Float32Array(analyser.frequencyBinCount)
    analyser.getFloatFrequencyData(bins)
    const loudest = Math.max(...bins)
    const level = bins[Math.round((hertz * analyser.fftSize) / context.sampleRate)]
    return level > -50 && level > loudest - 12
  }
}

const publishers = {
  async 'whip-whep'(url, token, hertz) {
    const connection = new RTCPeerConnection()
    const stream = toneOf(hertz)
    connection.addTransceiver(stream.getAudioTracks()[0], { direction: 'sendonly', streams: [stream] })
    const client = new WHIPClient()
    await client.publish(connection, url, token)
    return () => client.stop()
  },
  async eyevinn(url, token, hertz) {
    const client = new EyevinnPublisher({ endpoint: url, opts: { authkey: token, iceServers: [] } })
    await client.ingest(toneOf(hertz)) // which ends before it has sent its offer
    return () => client.destroy()
  },
}

const players = {
  async 'whip-whep'(url, token) {
    const connection = new RTCPeerConnection()
    connection.addTransceiver('audio', { direction: 'recvonly' })
    const arrived = new Promise((resolve) => { connection.ontrack = ({ streams }) => resolve(streams[0]) })
    const client = new WHEPClient()
    await client.view(connection, url, token)
    return { stream: await arrived, stop: () => client.stop() }
  },
  async eyevinn(url, token) {
    const video = document.body.appendChild(document.createElement('video'))
    const player = new WebRTCPlayer({ video, type: 'whep', iceServers: [] })
    await player.load(new URL(url), `Bearer ${token}`)
    while (!video.srcObject?.getAudioTracks().length) await new Promise((resolve) => setTimeout(resolve, 50))
    return { stream: video.srcObject, stop: () => player.unload() }
  },
}

const stops = {}
const meters = {}

window.publish = async (library, url, token, hertz) => {
  stops[token] = await publishers[library](url, token, hertz)
}
window.play = async (library, url, token) => {
  const { stream, stop } = await players[library](url, token)
  stops[token] = stop
  meters[token] = meterOf(stream)
}
window.hears = (token, ...tones) => tones.every(meters[token])
window.stop = (token) => stops[token]()
