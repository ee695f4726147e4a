import { audibleOf, mayOverlap } from './audible_sources.js'
import { RECENT_FROM_EDGE, createReceivedSources } from './received_sources.js'

/**
 * The audio that is received: whose voice each track has, and which tracks are played. A source is a track. A node's mix has everybody
 * on one track, and lists in each packet whose voices are in it; an edge cannot, so the room's log says who speaks.
 *
 * @typedef {{ key: string, owner: number, mixed: boolean, named: boolean }} Voice  `named`: its packets say whose voices are in it
 */

const LOOK_EVERY = 40 // ms, while a voice may come from two sources
const AUDIBLE = 0.03 // linear: the least level of a person whose voice is in a mix

/**
 * @param {object} options
 * @param {ReturnType<typeof import('./playback.js').createPlayback>} options.playback
 * @param {(user_id: number) => boolean} options.hears  whether this person's seat may be heard
 * @param {() => Iterable<number>} options.everybody  whose voices may be in a mix
 * @param {() => ReadonlySet<number>} options.speakers  who speaks, as the log says for those who listen through an edge
 * @param {(heard: ReadonlySet<number>) => void} options.onHeard  the users of whom there is a source now
 */
export function createIncoming({ playback, hears, everybody, speakers, onHeard }) {
  /** @typedef {{ key: string, owner: number, user_id: number|null, named: boolean, track: MediaStreamTrack, received: ReturnType<typeof createReceivedSources>, heard: Set<number>, sounding: Set<number> }} Source */
  /** @type {Map<string, Source>} */
  const sources = new Map()
  /** @type {Set<Source>} */ let audible = new Set()
  /** @type {number|undefined} */ let timer

  /** @param {Source} source */
  function look(source) {
    if (source.user_id !== null) {
      if (source.received.isFlowing()) source.heard.add(source.user_id)
      return
    }
    source.sounding = new Set(source.named ? source.received.contributing() : source.received.isFlowing() ? everybody() : [])
    for (const user_id of source.sounding) source.heard.add(user_id)
  }

  function settle() {
    const all = [...sources.values()]
    const both = mayOverlap(all)
    if (both) all.forEach(look)
    audible = audibleOf(all)
    for (const source of all) playback.setAudible(source.key, audible.has(source) && (source.user_id === null || hears(source.user_id)))
    if (both) timer ??= setInterval(settle, LOOK_EVERY)
    else stop()
  }

  function stop() {
    clearInterval(timer)
    timer = undefined
  }

  function changed() {
    settle()
    const heard = new Set()
    for (const { user_id } of sources.values()) {
      if (user_id !== null) heard.add(user_id)
      else for (const each of everybody()) heard.add(each)
    }
    onHeard(heard)
  }

  return {
    /** @param {Voice} voice @param {MediaStreamTrack} track @param {RTCRtpReceiver} receiver */
    attach({ key, owner, mixed, named }, track, receiver) {
      sources.delete(key) // to the end: it is the newest
      const received = createReceivedSources(receiver, named ? {} : { within: RECENT_FROM_EDGE })
      sources.set(key, { key, owner, named, track, received, user_id: mixed ? null : owner, heard: new Set(), sounding: new Set() })
      playback.attach(key, track, false)
      changed()
    },

    /** @param {string} key */
    detach(key) {
      if (!sources.delete(key)) return
      playback.detach(key)
      changed()
    },

    /** Seats have changed, and with them who may be heard. */
    changed,

    /** How loud somebody is, 0..1. @param {number} user_id */
    level(user_id) {
      if (!hears(user_id)) return 0
      let level = 0
      for (const { user_id: whose, named, received } of audible) {
        if (whose === user_id) level = Math.max(level, received.level())
        else if (whose === null && (named ? received.contributing().includes(user_id) : speakers().has(user_id))) level = Math.max(level, AUDIBLE, received.level())
      }
      return level
    },

    /** Whose voice a track has. @param {string} track_id */
    ownerOf: (track_id) => [...audible].find(({ track }) => track.id === track_id)?.owner,

    /** The sources that have only this person's voice. @param {number} user_id @returns {string[]} */
    keysOf: (user_id) => [...sources.values()].filter((source) => source.user_id === user_id).map(({ key }) => key),

    /** Whose volume applies to a source; null for a mix. @param {string} key */
    listenedTo: (key) => sources.get(key)?.user_id ?? null,

    /** The elements that are played now, by user; a mix belongs to its node's user. @returns {Map<number, HTMLAudioElement>} */
    elements() {
      const elements = playback.elements()
      return new Map([...audible].map(({ key, owner }) => [owner, /** @type {HTMLAudioElement} */ (elements.get(key))]))
    },

    close() {
      stop()
      sources.clear()
      audible = new Set()
      playback.close()
    },
  }
}
