// Stands for the browser's recognition of speech, which a headless Chromium has not: the events are those of the Web Speech API, and
// the test says what is heard.
globalThis.speech = { running: null, starts: 0 }

globalThis.SpeechRecognition = globalThis.webkitSpeechRecognition = class extends EventTarget {
  start(track) {
    if (speech.running) throw new DOMException('it runs already', 'InvalidStateError')
    speech.running = this
    this.track = track
    speech.starts += 1
    this.results = []
  }

  stop() {
    const last = this.results.at(-1)
    if (last && !last.isFinal) this.hears(last[0].transcript, true)
    this.ends()
  }

  abort() {
    this.ends()
  }

  ends() {
    if (speech.running !== this) return
    speech.running = null
    this.dispatchEvent(new Event('end'))
  }

  hears(transcript, isFinal) {
    const open = this.results.length && !this.results.at(-1).isFinal
    if (open) this.results.pop()
    this.results.push(Object.assign([{ transcript }], { isFinal }))
    this.dispatchEvent(Object.assign(new Event('result'), { resultIndex: this.results.length - 1, results: this.results }))
  }

  fails(error) {
    this.dispatchEvent(Object.assign(new Event('error'), { error }))
    this.ends()
  }
}
