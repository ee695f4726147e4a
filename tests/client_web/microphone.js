// A microphone that plays a tone: `voiceInHertz` is set before this runs. 0 leaves the browser's own.
if (globalThis.voiceInHertz && navigator.mediaDevices) {
  navigator.mediaDevices.getUserMedia = async () => {
    const context = new AudioContext({ sinkId: { type: 'none' } }) // nothing is played here
    const oscillator = new OscillatorNode(context, { frequency: globalThis.voiceInHertz })
    const gain = new GainNode(context, { gain: 0.5 })
    const destination = context.createMediaStreamDestination()
    oscillator.connect(gain).connect(destination)
    oscillator.start()
    globalThis.voice = gain.gain // for those who fall silent without muting
    // Firefox gives the listeners of a track no event that a script dispatches, so they listen to another target.
    const [track] = destination.stream.getAudioTracks()
    const ended = new EventTarget()
    const listen = track.addEventListener.bind(track)
    track.addEventListener = (type, ...rest) => (type === 'ended' ? ended.addEventListener(type, ...rest) : listen(type, ...rest))
    track.stop = () => {
      MediaStreamTrack.prototype.stop.call(track) // as it is now: a test may look at it
      context.close().catch(() => {}) // or it plays on, for nobody; a track may be stopped twice
    }
    globalThis.unplug = () => {
      ended.dispatchEvent(new Event('ended'))
      track.stop()
    }
    return destination.stream
  }
}
