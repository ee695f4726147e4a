import { ruleOf } from '../signaling/problem.js'
import { instant, now } from './clock.js'

/**
 * Whether the room is being recorded, as its log says: first announced, with a countdown in which people can leave, then recording.
 * Participants who enter during a recording are informed, and confirm it once.
 *
 * @typedef {{ id: number, room_id: number, started_by: number, username: string, begins_at: string, started_at: string|null,
 *             ended_at: string|null, ended_reason: string|null, failure: string|null, deleted_at: string|null,
 *             continues_id: number|null, continued: boolean, duration: string|null }} RecordingRecord  as the log shows it
 * @typedef {object} Running
 * @property {number} id
 * @property {string} username   who records
 * @property {'announced'|'recording'} phase
 * @property {number} begins     ms since the epoch, by this browser's clock
 * @property {boolean} mine      I started it
 * @property {boolean} unknown   it began before I entered, and I have not confirmed it
 *
 * @param {object} options
 * @param {Pick<import('./room_api.js').RoomApi, 'user'|'insert'|'change'|'call'>} options.api
 * @param {() => number} options.skew  how far the server's clock is ahead, in ms
 * @param {() => void} options.onChange
 */
export function createRecording({ api, skew, onChange }) {
  const { user } = api
  /** @type {RecordingRecord|null} */ let record = null
  /** @type {RecordingRecord|null} */ let last = null // the latest that ended in this room session
  const known = new Set() // ids of the recordings that I know of
  /** @type {number|undefined} */ let timer
  /** @type {{ running: Running|null, last: RecordingRecord|null }|null} */ let state = null

  /** When it begins, in ms by this browser's clock. */
  const beginsAt = (/** @type {RecordingRecord} */ one) => instant(one.begins_at) - skew()
  const isCountingDown = (/** @type {RecordingRecord} */ one) => one.started_at === null && beginsAt(one) > now()

  function stateNow() {
    /** @type {Running|null} */ const running = record && Object.freeze({
      ...{ id: record.id, username: record.username, begins: beginsAt(record) },
      phase: isCountingDown(record) ? 'announced' : 'recording',
      mine: record.started_by === user.id,
      unknown: !known.has(record.id),
    })
    return Object.freeze({ running, last })
  }

  function changed() {
    clearTimeout(timer)
    // When the countdown ends, the page shows "recording", even if the node has not begun yet.
    if (record && isCountingDown(record)) timer = setTimeout(changed, beginsAt(record) - now() + 20)
    state = null
    onChange()
  }

  /** @param {RecordingRecord|null} next */
  function take(next) {
    if (next && (next.started_by === user.id || known.has(next.continues_id ?? 0) || (record?.id !== next.id && isCountingDown(next)))) known.add(next.id)
    record = next
    changed()
  }

  /** @type {Record<string, (frame: import('../signaling/subscription.js').Frame) => void>} */
  const handlers = {
    snapshot({ data }) {
      if (data.participants) take(data.recording ?? null)
    },
    recordings({ data }) {
      const { record: after, old_record: before } = data
      if (after && !after.ended_at) {
        if (after.continues_id === null && after.id !== record?.id) last = null
        take(after)
      } else if (record?.id === (after ?? before).id) {
        if (after?.continued) return // it is continued by another node: the next part follows
        last = after && !after.deleted_at ? after : null
        take(null)
      } else if (last && last.id === (after ?? before).id) {
        last = after && !after.deleted_at ? after : null
        changed()
      }
    },
  }

  return {
    /** @returns {{ running: Running|null, last: RecordingRecord|null }} */
    get state() {
      state ??= stateNow()
      return state
    },
    /** @param {import('../signaling/subscription.js').Frame} frame */
    receive: (frame) => handlers[frame.type]?.(frame),

    /** Announces a recording to everybody; it begins after the countdown. */
    start: () => api.insert('recordings', {}, { representation: false }),
    /** A mesh cannot be recorded: first moves the room to a node, an SFU if there is one. */
    async moveToNodeAndStart() {
      try {
        await api.change({ topology: 'sfu' })
      } catch (problem) {
        if (ruleOf(problem) !== 'rooms_topology_has_a_node') throw problem
        await api.change({ topology: 'mcu' })
      }
      await this.start()
    },
    stop: () => api.call('stop_recording'),
    /** I confirm that I know of the recording. */
    acknowledge() {
      if (record) known.add(record.id)
      changed()
    },
    /** I have read that it ended: this is no longer shown. */
    dismiss() {
      last = null
      changed()
    },
    close: () => clearTimeout(timer),
  }
}
