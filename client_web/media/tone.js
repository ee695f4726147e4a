/**
 * Plays two soft notes on the chosen loudspeaker, to test it; by an `<audio>` element, like voices.
 *
 * @param {string} sink  a loudspeaker's id, '' for the system's choice
 * @returns {Promise<void>} when they have been played; rejects when the browser does not play them
 */
export async function playTone(sink) {
  const NOTES = [{ hertz: 523.25, at: 0 }, { hertz: 783.99, at: 0.35 }] // c'' and g''
  const LONG = 0.9 // s, each
  const context = new AudioContext()
  const out = context.createMediaStreamDestination()
  const element = new Audio()
  element.srcObject = out.stream
  try {
    if (sink) await element.setSinkId?.(sink)
    await Promise.all([context.resume(), element.play()])
    const start = context.currentTime + 0.05
    const voices = NOTES.map(({ hertz, at }) => {
      const voice = new OscillatorNode(context, { frequency: hertz })
      const loudness = new GainNode(context, { gain: 0 })
      loudness.gain.setValueAtTime(0, start + at)
      loudness.gain.linearRampToValueAtTime(0.2, start + at + 0.03)
      loudness.gain.exponentialRampToValueAtTime(0.001, start + at + LONG)
      voice.connect(loudness).connect(out)
      voice.start(start + at)
      voice.stop(start + at + LONG)
      return voice
    })
    await new Promise((resolve) => voices.at(-1)?.addEventListener('ended', resolve))
  } finally {
    element.pause()
    element.srcObject = null
    await context.close()
  }
}
