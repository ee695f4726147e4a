// A microphone that plays a tone: `voiceInHertz` is set before this runs. 0 leaves the browser's own.
if (globalThis.voiceInHertz && navigator.mediaDevices) {
  navigator.mediaDevices.getUserMedia = async () => {
    const context = new AudioContext()
    const oscillator = new OscillatorNode(context, { frequency: globalThis.voiceInHertz })
    const gain = new GainNode(context, { gain: 0.5 })
    const destination = context.createMediaStreamDestination()
    oscillator.connect(gain).connect(destination)
    oscillator.start()
    globalThis.voice = gain.gain // for those who fall silent without muting
    globalThis.voiceTrack = destination.stream.getAudioTracks()[0] // for those whose microphone is unplugged
    return destination.stream
  }
}
