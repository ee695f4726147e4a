/**
 * Reads `text/event-stream` (WHATWG HTML, section 9.2.6 "Interpreting an event stream") from chunks of text, however they are cut.
 *
 * @typedef {{ type: string, data: string, id: string|null }} TextFrame
 * @param {{ onFrame: (frame: TextFrame) => void, onRetry?: (milliseconds: number) => void }} options
 * @returns {{ push(text: string): void }}
 */
export function createEventStreamParser({ onFrame, onRetry = () => {} }) {
  const LONGEST = 16 * 1024 * 1024 // characters of one frame; frames of a relay are much smaller
  let rest = ''
  let first = true
  let type = ''
  /** @type {string[]} */ let data = []
  /** @type {string|null} */ let id = null
  let held = 0

  /** @type {Record<string, (value: string) => void>} */
  const fields = {
    event: (value) => void (type = value),
    data: (value) => {
      data.push(value)
      held += value.length
    },
    id: (value) => {
      if (!value.includes('\0')) id = value
    },
    retry: (value) => {
      if (/^\d+$/.test(value)) onRetry(Number(value))
    },
  }

  /** @param {string} text */
  function readLine(text) {
    if (text === '') {
      const frame = { type: type || 'message', data: data.join('\n'), id }
      const empty = data.length === 0
      type = ''
      data = []
      id = null
      held = 0
      if (!empty) onFrame(frame)
      return
    }
    if (text.startsWith(':')) return // comments only keep the stream alive
    const colon = text.indexOf(':')
    const name = colon < 0 ? text : text.slice(0, colon)
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '')
    if (Object.hasOwn(fields, name)) fields[name](value)
  }

  return {
    push(text) {
      if (first && text) {
        text = text.replace(/^\uFEFF/, '')
        first = false
      }
      rest += text
      if (rest.length + held > LONGEST) throw new Error('a frame is too long')
      // A lone \r at the very end may be half of \r\n: it waits for the next chunk.
      const lines = rest.split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop() ?? ''
      lines.forEach(readLine)
    },
  }
}
