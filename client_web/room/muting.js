import { isUnanswered } from '../signaling/problem.js'

/**
 * Whether I am muted. What I choose (my wish) is shown at once; the row in the database decides. Wishes are written one after the other.
 * Until the events of my writes have arrived, they come in their order and must not undo my wish: a key pressed and released quickly writes
 * again before the event of the first write is there. A mute that I did not choose is a
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
  /** @type {{ value: boolean }[]} */ let awaited = [] // my writes whose events have not arrived yet, in order
  /** @type {Promise<boolean>|null} */ let writing = null
  let waiting = false // whether a wish waits for the connection
  let unsure = false // a write got no answer, and none was answered since

  /** What the row is when all events of my writes have arrived. */
  const written = () => awaited.at(-1)?.value ?? row

  /** @param {boolean} next */
  function become(next) {
    if (next === muted) return
    muted = next
    onChange(muted)
  }

  async function flush() {
    try {
      waiting = false
      for (let wish = muted; unsure || wish !== written(); wish = muted) {
        const mine = { value: wish }
        awaited.push(mine)
        const changed = await write(wish)
        unsure = false
        if (!changed && row === wish) awaited = awaited.filter((each) => each !== mine)
      }
      return true
    } catch (problem) {
      awaited = []
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
    if (!unsure && muted === written()) return Promise.resolve(true)
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
      mutedByOther = speaks && value && (mutedByOther || (news && !muted && (fresh || !awaited.length)))
      row = value
      if (waiting || !news) return
      if (fresh && value && !muted && awaited.at(-1)?.value === false) {
        become(true)
        writeWish().catch(() => {}) // if refused, the row still says muted
      } else if (!awaited.length) become(value)
      else if (fresh) awaited.splice(0, awaited.findLastIndex((mine) => mine.value === value) + 1)
      else if (awaited[0].value === value) awaited.shift() // the event of my own write; my wish may be another one by now
    },

    /** A new session of the seat begins muted. */
    reset() {
      row = true
      awaited = []
      waiting = unsure = false
      mutedByOther = false
      become(true)
    },
  }
}
