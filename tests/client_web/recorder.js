// Everything a tab plays, recorded as one sound: what its person really hears, by whichever way and on however many elements.
globalThis.recorder = (() => {
  const RATE = 48_000
  const TICK = 5 // ms
  const STILL = 50 // ms: what is longer without a tick, others had the processor
  const WINDOW = 960 // samples, 20 ms: tones that are multiples of 50 Hz do not leak into each other
  const { get, set } = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject')
  const playing = new Map()
  let context, destination, listening, recording, began, watching

  function open() {
    context ??= new AudioContext({ sampleRate: RATE })
    destination ??= new MediaStreamAudioDestinationNode(context, { channelCount: 1 })
  }

  Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
    get,
    set(stream) {
      set.call(this, stream)
      playing.get(this)?.disconnect()
      playing.delete(this)
      if (!stream) return
      open()
      playing.set(this, context.createMediaStreamSource(stream))
      playing.get(this).connect(destination)
      if (listening) playing.get(this).connect(listening)
    },
  })

  /** How loud one frequency is in these samples, 0..1 (Goertzel). */
  function strength(samples, hertz) {
    const turn = 2 * Math.cos((2 * Math.PI * hertz) / RATE)
    let [one, two] = [0, 0]
    for (const sample of samples) [one, two] = [sample + turn * one - two, one]
    return (2 * Math.sqrt(Math.max(0, one * one + two * two - turn * one * two))) / samples.length
  }

  return {
    /** Whether this tone is heard just now. */
    hears(hertz) {
      open()
      if (!listening) {
        listening = new AnalyserNode(context, { fftSize: 4096 })
        for (const source of playing.values()) source.connect(listening)
      }
      const samples = new Float32Array(listening.fftSize)
      listening.getFloatTimeDomainData(samples)
      return strength(samples.subarray(-2 * WINDOW), hertz) > 0.05
    },

    /** When this tone is first heard, in milliseconds since 1970. */
    hearsFirst(hertz) {
      return new Promise((resolve) => {
        const ticking = setInterval(() => {
          if (!this.hears(hertz)) return
          clearInterval(ticking)
          resolve(performance.timeOrigin + performance.now())
        }, TICK)
      })
    },

    /** From now on, how long not all of the stage was played at a time: neither a mix nor each of these voices, of which a packet has come. */
    watch(voices) {
      let [missing, last] = [0, performance.now()]
      watching = { worst: 0, timer: setInterval(() => {
        const passed = Math.min(performance.now() - last, STILL)
        last = performance.now()
        const tracks = [...playing.keys()].flatMap((element) => get.call(element)?.getAudioTracks() ?? [])
        const played = tracks.filter((track) => track.enabled && !track.muted && track.readyState === 'live').length
        missing = played === 1 || played >= voices ? 0 : missing + passed
        watching.worst = Math.max(watching.worst, missing)
      }, TICK) }
    },

    /** The longest such time, in milliseconds in which this tab ran. */
    missed() {
      clearInterval(watching.timer)
      return watching.worst
    },

    start() {
      open()
      const chunks = []
      const media = new MediaRecorder(destination.stream, { audioBitsPerSecond: 96_000 })
      media.ondataavailable = ({ data }) => chunks.push(data)
      const ended = new Promise((resolve) => (media.onstop = resolve))
      recording = { media, chunks, ended }
      return new Promise((resolve) => {
        media.onstart = () => resolve((began = performance.now()))
        media.start()
      })
    },

    /** Seconds into the recording. */
    now: () => (performance.now() - began) / 1000,

    /** Which of these tones were heard in each 20 ms: by tone, a string of 1 and 0. */
    async stop(tones) {
      recording.media.stop()
      await recording.ended
      const heard = await context.decodeAudioData(await new Blob(recording.chunks).arrayBuffer())
      const samples = heard.getChannelData(0)
      const heard_by_tone = Object.fromEntries(tones.map((hertz) => [hertz, '']))
      for (let at = 0; at + WINDOW <= samples.length; at += WINDOW) {
        const part = samples.subarray(at, at + WINDOW)
        for (const hertz of tones) heard_by_tone[hertz] += strength(part, hertz) > 0.05 ? '1' : '0'
      }
      return heard_by_tone
    },
  }
})()
