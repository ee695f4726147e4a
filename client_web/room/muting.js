/**
 * Am I muted? What I wish is shown at once; what the row says decides. My wishes are written one after the other, and between a write
 * and its echo the log still brings older states, which must not undo a newer wish. A moderator's mute has no wish of mine behind it.
 * A fresh snapshot may have left my echo out, so a mute that it shows is obeyed whatever I wished, and written again to be sure.
 *
 * @param {{ write: (muted: boolean) => Promise<unknown>, onChange: (muted: boolean) => void }} options
 */
export function createMuting({ write, onChange }) {
  let muted = true // on entry, always
  let row = true
  let mutedByOther = false
  /** @type {boolean|null} */ let awaited = null // the echo that is still to come
  /** @type {Promise<boolean>|null} */ let writing = null

  /** @param {boolean} next */
  function become(next) {
    if (next === muted) return
    muted = next
    onChange(muted)
  }

  async function flush() {
    try {
      for (let wish = muted; wish !== (awaited ?? row); wish = muted) {
        awaited = wish
        await write(wish)
      }
      return true
    } catch (problem) {
      awaited = null
      become(row)
      throw problem
    } finally {
      writing = null
    }
  }

  return {
    get muted() {
      return muted
    },
    /** Whether somebody else switched my microphone off, and I have not touched it since. */
    get mutedByOther() {
      return mutedByOther
    },

    /** @param {boolean} wish @returns {Promise<boolean>} rejects with the Problem that refused it */
    set(wish) {
      mutedByOther = false
      become(wish)
      writing ??= flush()
      return writing
    },

    /**
     * What the room's log says about my seat.
     * @param {boolean} value
     * @param {{ speaks?: boolean, fresh?: boolean }} [options]  a listener has no microphone to be switched off; a snapshot is fresh
     */
    seen(value, { speaks = true, fresh = false } = {}) {
      mutedByOther = speaks && value && (mutedByOther || (!muted && (fresh || awaited === null)))
      row = value
      if (fresh && value && !muted && awaited === false) {
        become(true)
        writing ??= flush()
        writing.catch(() => {}) // refused: the row stays as it was, and is muted
      } else if (awaited === value) awaited = null // my own echo; by now I may wish otherwise
      else if (awaited === null) become(value)
    },

    /** A new session of the seat begins muted. */
    reset() {
      row = true
      awaited = null
      mutedByOther = false
      become(true)
    },
  }
}
