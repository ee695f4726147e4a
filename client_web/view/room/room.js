import { createCaptionsStrip } from '../captions/strip.js'
import { createControls } from './controls.js'
import { createEncryptionButton } from '../encryption/button.js'
import { createEnding } from './ending.js'
import { element, mark, say } from '../elements/element.js'
import { createHandQueue } from '../stage/hand_queue.js'
import { keyed } from '../elements/keyed.js'
import { listeningInWords } from './listener_words.js'
import { createLosses } from './losses.js'
import { createPinned } from './pinned.js'
import { createRecordingButton } from '../recording/button.js'
import { createRecordingBanner } from '../recording/recording_banner.js'
import { createRoomHead } from './head.js'
import { createRoomRecordings } from '../recording/room_recordings.js'
import { createSeat } from '../stage/seat.js'
import { createSpeakers } from '../stage/speakers.js'
import { createStageOrder } from '../stage/order.js'
import { clearOnNewSubject } from '../elements/subject.js'
import { symbol } from '../elements/symbol.js'
import { createStageTools } from '../stage/tools.js'
import { inWords } from '../../words/language.js'

/**
 * @import { ListedRoom } from '../../room/hallway.js'
 * @import { Person } from '../../room/people.js'
 * @import { Room } from '../../room/state.js'
 * @import { ShownRoomSession } from '../../room/room_session_state.js'
 */

const FACES = 24 // of a counted audience: me, raised hands and those who are invited

/**
 * The room: its head, stage, listeners and controls.
 * @param {{ listen: () => void, openPeople: () => void } & Parameters<typeof createRoomHead>[0] & Parameters<typeof createStageTools>[0] & Parameters<typeof createSeat>[0] &
 *         Parameters<typeof createHandQueue>[0] & Parameters<typeof createEnding>[0] & Parameters<typeof createControls>[0] &
 *         Parameters<typeof createPinned>[0] & Parameters<typeof createRecordingButton>[0] & Parameters<typeof createRecordingBanner>[0] &
 *         Parameters<typeof createRoomRecordings>[0] & Parameters<typeof createCaptionsStrip>[0] & Parameters<typeof createEncryptionButton>[0] & Parameters<typeof createLosses>[0]} actions
 */
export function createRoom(actions) {
  const head = createRoomHead(actions)
  const tap = element('button', { class: 'room__tap button button--action', type: 'button', hidden: true, on: { click: () => actions.listen() } }, symbol('sound'), inWords('Tap to listen'))
  const speakers = createSpeakers()
  const captions = createCaptionsStrip(actions, () => latest && drawCaptions(latest))
  const tools = createStageTools(actions)
  const stage = createHalf(inWords('On stage'), 'stage', actions, tools.element)
  const queue = createHandQueue(actions)
  const names = element('button', { class: 'tool', type: 'button', on: { click: () => actions.openPeople() } }, symbol('search'), inWords('Find a listener'))
  const others = createHalf(inWords('Others in the room'), 'others', actions, names)
  const losses = createLosses(actions)
  const vacant = element('p', { class: 'room__vacant quiet', text: inWords('Nobody is on the stage yet.') })
  const people = element('div', { class: 'room__people' }, stage.element, vacant, queue.element, others.element)
  const waiting = element('div', { class: 'room__waiting', 'aria-hidden': 'true' }, ...[1, 2, 3].map(() => element('i')))
  const ending = createEnding(actions)
  const controls = createControls(actions)
  const pinned = createPinned(actions)
  const recordButton = createRecordingButton(actions)
  const recordingBanner = createRecordingBanner(actions)
  const recorded = createRoomRecordings(actions)
  head.element.append(pinned.element)
  const encryptionButton = createEncryptionButton(actions)
  head.tools.prepend(encryptionButton.element, recordButton.element)
  head.element.append(encryptionButton.announcement)
  const scroll = element('div', { class: 'room__scroll scrolls' },
    head.element, tap, speakers.element, captions.element, people, waiting, ending.element, recorded.element)
  /** @type {ShownRoomSession|null} */ let latest = null
  // Clears what was shown of the room before.
  const shows = clearOnNewSubject(() => {
    scroll.scrollTop = 0
    for (const each of [controls, tools, queue, captions]) each.forget()
  })
  const inOrder = createStageOrder(stage.element, () => {
    if (latest) stage.update(inOrder(latest.stage, latest.spoke))
  })
  // The controls come first for the keyboard, and are drawn last: from entering to the microphone it is a few Tabs.
  const root = element('div', { class: 'room', role: 'group', tabindex: '-1' }, losses.element, recordingBanner.element, controls.element, scroll)

  /** @param {ShownRoomSession} roomSession @param {ListedRoom|undefined} listed */
  function update(roomSession, listed) {
    /** @type {Partial<Room>} */ const known = roomSession.room ?? listed ?? {}
    const over = roomSession.phase === 'left'
    const joining = roomSession.phase === 'joining' && roomSession.people.length === 0
    shows(roomSession.room_id)
    root.dataset.phase = roomSession.phase
    mark(root, 'aria-label', known.name ?? inWords('The room'))
    head.update(roomSession, known)
    pinned.update(over ? null : roomSession.room?.pinned_link, roomSession.may.moderate && !over)
    recordingBanner.update(roomSession)
    recordButton.update(roomSession)
    encryptionButton.update(roomSession)
    recorded.update(roomSession)
    losses.update(roomSession)
    tap.hidden = !roomSession.blocked || over
    waiting.hidden = !joining
    people.hidden = over || joining
    latest = over ? null : roomSession
    stage.update(latest ? inOrder(latest.stage, latest.spoke) : [])
    speakers.update(roomSession)
    captions.update(roomSession)
    if (latest) drawCaptions(latest)
    const { counted, counts, audience } = roomSession
    names.hidden = !counted
    others.entitle(counted ? listeningInWords(counts.audience) : null)
    others.update(over ? [] : counted ? audience.slice(0, FACES) : audience, counted && !over)
    vacant.hidden = roomSession.stage.length > 0
    tools.update(roomSession)
    queue.update(roomSession)
    ending.update(over ? roomSession : null, Boolean(known.name))
    controls.update(roomSession)
    mark(root, 'aria-busy', joining ? 'true' : null)
  }

  /** Under the speakers who agree, but for those I blocked. @param {ShownRoomSession} roomSession */
  function drawCaptions({ stage: speaking, captions: { on, lines }, blocks }) {
    for (const { user_id, captioned } of speaking) {
      const shown = on && captioned && captions.shown && !blocks?.has(user_id)
      stage.get(user_id)?.caption(shown ? lines.get(user_id) ?? [] : null)
    }
  }

  return {
    element: root,
    update,
    /** @param {ReadonlyMap<number, number>} levels  user_id -> 0..1 */
    levels(levels) {
      for (const [user_id, loudness] of levels) stage.get(user_id)?.level(loudness)
      controls.levels(levels)
    },
    refuse: controls.refuse,
    inspector: controls.inspector,
    focusInspectorButton: () => controls.focusInspector() || root.focus({ preventScroll: true }),
    panel: controls.panel,
    chatButton: controls.chat,
    toggleReactions: controls.toggleReactions,
    /** A person's seat on the screen; in a counted audience, what stands for all. @param {number} user_id @returns {HTMLElement|null} */
    seatOf: (user_id) => (stage.get(user_id) ?? others.get(user_id))?.element ?? others.many,
    focus: () => root.focus({ preventScroll: true }),
    /** Questions to me are shown above the controls, which get the focus afterwards. */
    controls,
  }
}

/** @param {string} title @param {string} kind @param {Parameters<typeof createSeat>[0]} actions @param {HTMLElement|null} [tools] */
function createHalf(title, kind, actions, tools = null) {
  const list = element('ul', { class: `seats seats--${kind}` })
  const words = element('span', { text: title })
  const heading = element('h2', { class: 'caps' }, words)
  let many = false
  const half = element('section', { class: `room__half room__half--${kind}`, 'aria-label': title }, element('div', { class: 'room__half-head' }, heading, tools), list)
  const seats = keyed(list, { key: (/** @type {Person} */ person) => person.user_id, create: () => createSeat(actions) })
  return {
    element: half,
    get: (/** @type {number} */ user_id) => seats.get(user_id),
    /** What stands for those who have no seat here: a heading that says how many they are. @returns {HTMLElement|null} */
    get many() {
      return many ? heading : null
    },
    /** Another heading; null: its title. @param {string|null} numbers */
    entitle(numbers) {
      many = numbers !== null
      say(words, numbers ?? title)
      heading.className = many ? 'room__listening' : 'caps'
    },
    /** @param {readonly Person[]} people @param {boolean} [always]  also without anybody */
    update(people, always = false) {
      half.hidden = people.length === 0 && !always
      seats.update(people)
    },
  }
}
