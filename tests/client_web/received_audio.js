// What a tab really receives: the frequency in the received stream, and WebRTC's own counters.
globalThis.receivedAudio = (() => {
  const analysers = new Map()
  let context
  const person = (name) => roomtone.people().find(({ username }) => username === name)

  function analyser(name) {
    const track = roomtone.elements().get(person(name)?.user_id)?.srcObject?.getAudioTracks()[0]
    if (!track) return null
    if (analysers.get(name)?.track !== track) {
      context ??= new AudioContext({ sinkId: { type: 'none' } })
      const node = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 })
      const source = context.createMediaStreamSource(new MediaStream([track]))
      source.connect(node)
      analysers.set(name, { track, node, source })
    }
    return analysers.get(name).node
  }

  return {
    /** The loudest frequency in Hz, or 0 when there is none to speak of. */
    frequency(name) {
      const node = analyser(name)
      if (!node) return 0
      const bins = new Float32Array(node.frequencyBinCount)
      node.getFloatFrequencyData(bins)
      const loudest = bins.reduce((best, value, index) => (value > bins[best] ? index : best), 0)
      return bins[loudest] > -60 ? (loudest * context.sampleRate) / node.fftSize : 0
    },

    /** The loudest sample of the last twenty milliseconds, 0..1. */
    loudness(name) {
      const node = analyser(name)
      if (!node) return 0
      const samples = new Float32Array(1024)
      node.getFloatTimeDomainData(samples)
      return samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)
    },

    /** Listens anew, to one or to all: what was heard before is no proof. */
    forget: (name) => (name ? analysers.delete(name) : analysers.clear()),

    async flow(name) {
      const peer = roomtone.peers().find(({ user_id }) => user_id === person(name)?.user_id)
      const flow = { packets_in: 0, energy_in: 0, packets_out: 0, jitter_ms: 0 }
      if (!peer) return flow
      for (const report of (await peer.peer.connection.getStats()).values()) {
        if (report.type === 'inbound-rtp') {
          flow.packets_in = report.packetsReceived
          flow.energy_in = report.totalAudioEnergy
          flow.jitter_ms = (1000 * report.jitterBufferDelay) / (report.jitterBufferEmittedCount || 1)
        }
        if (report.type === 'outbound-rtp') flow.packets_out = report.packetsSent
      }
      return flow
    },
  }
})()
