import { isUnanswered } from '../signaling/problem.js'

/**
 * Whether I am muted. What I choose (my wish) is shown at once; the row in the database decides. Wishes are written one after the other.
 * Until the event of my write arrives, older events may still arrive, which must not undo my wish. A mute that I did not choose is a
 * moderator's. After a snapshot the event of my write may never arrive: if the snapshot says muted, I am muted, and that is written again.
 * A wish that got no answer, because the connection is lost, is kept, and written when the connection is back. It may have arrived all the
 * same. So every later wish is written until one is answered, also one that is what the log says: an event may be on its way.
 *
 * @param {{ write: (muted: boolean) => Promise<boolean>, onChange: (muted: boolean) => void }} options
 *   write: resolves with whether the row was another; only then an event follows
 */
export function createMuting({ write, onChange }) {
  let muted = true // always when I enter
  let row = true
  let mutedByOther = false
  /** @type {boolean|null} */ let awaited = null // the value whose event has not arrived yet
  /** @type {Promise<boolean>|null} */ let writing = null
  let waiting = false // whether a wish waits for the connection
  let unsure = false // a write got no answer, and none was answered since

  /** @param {boolean} next */
  function become(next) {
    if (next === muted) return
    muted = next
    onChange(muted)
  }

  async function flush() {
    try {
      waiting = false
      for (let wish = muted; unsure || wish !== (awaited ?? row); wish = muted) {
        awaited = wish
        const changed = await write(wish)
        unsure = false
        if (!changed && row === wish) awaited = null
      }
      return true
    } catch (problem) {
      awaited = null
      if (isUnanswered(problem)) {
        waiting = unsure = true
        onChange(muted)
        return false
      }
      become(row)
      throw problem
    } finally {
      writing = null
    }
  }

  /** Writes my wish, if the row is or may be another. `flush` then waits at least once, so that it ends after `writing` is set. */
  function writeWish() {
    if (writing) return writing
    if (!unsure && muted === (awaited ?? row)) return Promise.resolve(true)
    return (writing = flush())
  }

  return {
    get muted() {
      return muted
    },
    /** Whether another person muted me, and I have changed nothing since. */
    get mutedByOther() {
      return mutedByOther
    },
    /** Whether the others do not know it yet, because the connection is lost. */
    get waiting() {
      return waiting
    },
    /** The connection is back: writes the wish that waits. @returns {Promise<boolean>} as `set` */
    resume() {
      return waiting || writing ? writeWish() : Promise.resolve(false)
    },

    /** @param {boolean} wish @returns {Promise<boolean>} whether it is written; rejects with the Problem that refused it */
    set(wish) {
      mutedByOther = false
      become(wish)
      return writeWish()
    },

    /**
     * Whether my seat is muted, by the room's log. It is called for events of others, too: only a change is an event of mine.
     * @param {boolean} value
     * @param {{ speaks?: boolean, fresh?: boolean }} [options]  speaks: listeners have no microphone that could be muted; fresh: by a snapshot
     */
    seen(value, { speaks = true, fresh = false } = {}) {
      const news = fresh || value !== row
      mutedByOther = speaks && value && (mutedByOther || (news && !muted && (fresh || awaited === null)))
      row = value
      if (waiting || !news) return
      if (fresh && value && !muted && awaited === false) {
        become(true)
        writeWish().catch(() => {}) // if refused, the row still says muted
      } else if (awaited === value) awaited = null // the event of my own write; my wish may be another one by now
      else if (awaited === null) become(value)
    },

    /** A new session of the seat begins muted. */
    reset() {
      row = true
      awaited = null
      waiting = unsure = false
      mutedByOther = false
      become(true)
    },
  }
}
