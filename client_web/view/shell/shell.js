import { createAnnouncer } from './announcer.js'
import { createChatNews } from '../chat/announcements.js'
import { createConsentPrompt } from '../stage/consent.js'
import { element } from '../elements/element.js'
import { createDock } from './dock.js'
import { createLanding } from './landing.js'
import { createInspectorView } from '../inspector/inspector.js'
import { createHallway } from '../hallway/hallway.js'
import { createMasthead } from './masthead.js'
import { createNotices } from './notices.js'
import { createPages } from './pages.js'
import { createFloating } from '../reactions/reactions.js'
import { recordingNews } from '../recording/words.js'
import { createRoom } from '../room/room.js'
import { addressOf } from './route.js'
import { createScrolls } from './scrolls.js'
import { createSidePanel } from '../room/side_panel.js'
import { endingInWords } from '../elements/words.js'

/**
 * @import { ListedRoom } from '../../room/hallway.js'
 * @import { ShellState } from '../../room/shell.js'
 * @import { Visit } from '../../room/visit.js'
 * @import { VisitState } from '../../room/visit_state.js'
 * @import { User } from '../../session.js'
 * @import { Place } from './route.js'
 */

/** From here on the hallway and the room stand side by side, and looking at the one does not cover the other. */
const wide = matchMedia('(min-width: 768px)')

/** @typedef {{ place: Place, shell: ShellState, user: User|null, known: boolean, pages: Record<string, any> }} Now */

/**
 * The page: the hallway on the left, the room or another page in the middle, the inspector on the right; on a phone one of them at a
 * time. `update` gets the state and draws it; what people do goes to `acts`.
 *
 * @param {HTMLElement} main
 * @param {{ toggleInspector: () => void, retryConnection: (user_id: number) => void } & Parameters<typeof createMasthead>[0] & Parameters<typeof createHallway>[0] &
 *         Omit<Parameters<typeof createDock>[0], 'putAway'> & Parameters<typeof createLanding>[0] & Parameters<typeof createRoom>[0] &
 *         Parameters<typeof createPages>[0] & Parameters<typeof createSidePanel>[0] & Omit<Parameters<typeof createNotices>[0], 'announce'> &
 *         Omit<Parameters<typeof createConsentPrompt>[0], 'answered'>} acts
 */
export function createShellView(main, acts) {
  const masthead = createMasthead(acts)
  const hallway = createHallway(acts)
  const dock = createDock({ ...acts, putAway })
  const landing = createLanding(acts)
  const room = createRoom(acts)
  const pages = createPages(acts)
  const inspector = createInspectorView({ ...acts, close: acts.toggleInspector })
  const panel = createSidePanel(acts, { changed: drawPanel, opener: () => room.chatButton })
  const announcer = createAnnouncer()
  const notices = createNotices({ ...acts, announce: announcer.say })
  const scrolls = createScrolls(() => (pages.element.hidden ? hallway.scroll : pages.scroll))
  const news = createChatNews(announcer.say)
  const floating = createFloating(room.seatOf)
  /** @type {ReadonlySet<number>} */ const NOBODY = new Set()
  /** @type {{ state: VisitState|null, visit: Visit|null, blocks: ReadonlySet<number> }|null} */
  let latest = null // what the panel got last
  const prompt = createConsentPrompt({ ...acts, answered: () => (prompt.element.parentElement === room.element ? room.controls : dock).focus() })
  /** @type {Visit|null} */ let announced = null
  /** @type {VisitState['recording']|null} */ let recorded = null // what was last said of the recording
  /** @type {Visit|null} */ let endingAnnounced = null // the visit whose ending was said
  /** @type {Visit|null} */ let present = null // the visit drawn last
  /** @type {Visit|null} */ let read = null // the visit whose ending was read
  /** @type {Now|null} */ let drawn_last = null // what `update` got

  main.append(
    masthead.element,
    element('section', { class: 'frame__hallway', 'aria-label': 'Hallway' }, hallway.element),
    element('div', { class: 'frame__foot' }, dock.element),
    element('section', { class: 'frame__room', 'aria-label': 'Room' }, landing.element, room.element),
    pages.element,
    inspector.element, panel.element)
  document.body.append(notices.element, announcer.element)
  wide.addEventListener('change', () => drawn_last && update(drawn_last))

  /** Whether the room is on the screen: I am at its address, or in the hallway with the room beside it. @param {Place} place @param {Visit|null} visit */
  function isInside(place, visit) {
    if (!visit) return false
    if (place.place === 'room') return place.room_id === visit.room_id
    return place.place === 'hallway' && wide.matches && visit.state.phase !== 'left'
  }

  /**
   * @param {Now} now
   *   `known`: whether it is known yet who I am; `pages`: what the other pages show, see app/pages.js
   */
  function update(now) {
    drawn_last = now
    const { place, shell, user, known } = now
    const visit = shell.visit?.state ?? null
    const room_id = shell.visit?.room_id ?? 0
    const seated_in = visit && visit.phase !== 'left' ? room_id : null
    const inside = isInside(place, shell.visit)
    const doorplate = shell.hallway.find((row) => row.id === place.room_id)

    masthead.update({ user, known, place, invitations: shell.invitations.list.length })
    hallway.update({
      ...{ rooms: shell.hallway, connection: shell.connection, problem: shell.problem, seated_in, signed_in: Boolean(user) },
      ...{ reminders: shell.reminders, blocks: shell.blocks },
      loading: shell.hallway.length === 0 && shell.connection === 'connecting',
    })
    present = shell.visit
    if (visit?.phase !== 'left') read = null
    if (visit?.phase === 'left' && ((inside && place.place === 'room') || visit.reason === 'left')) read = present
    dock.update(visit && !inside && read !== present ? { ...visit, room_id } : null)

    const closed = inside && visit?.phase === 'left' && visit.problem?.rule === 'participants_room_has_opened'
    const drawn = inside && !closed
    main.dataset.place = pages.has(place) ? 'page' : place.place === 'hallway' ? 'hallway' : drawn ? 'room' : 'landing'
    room.element.hidden = !drawn
    landing.element.hidden = drawn
    const bar = drawn ? room.controls.element : dock.element
    if (bar.previousElementSibling !== prompt.element) bar.before(prompt.element) // a question follows me wherever I look
    prompt.update(visit)
    if (drawn && visit) room.update({ ...visit, room_id, blocks: shell.blocks }, doorplate ?? shell.hallway.find((row) => row.id === room_id))
    else landing.show({ kind: landingFor(place, seated_in, doorplate, closed), row: doorplate, address: seated_in === null ? undefined : addressOf(seated_in), user, reminders: shell.reminders })
    pages.update(now)
    notices.update({ shell, seated_in })

    if (inspector.open && (!drawn || visit?.phase === 'left')) showInspector(false)
    inspector.update(visit && drawn ? { ...visit, room_id } : null)
    latest = { state: visit && drawn ? visit : null, visit: shell.visit, blocks: shell.blocks ?? NOBODY }
    drawPanel()
    announce(shell.visit, visit)
    document.title = titleOf(place, visit?.room ?? doorplate, inside, pages.title(place))
  }

  function drawPanel() {
    if (!latest) return
    const { state, visit, blocks } = latest
    panel.update(state && visit ? state : null, { visit: /** @type {Visit} */ (visit), blocks, inspecting: inspector.open })
    main.dataset.panel = panel.open ? 'open' : 'closed'
    room.panel(panel.open, panel.showsChat ? 0 : panel.unread)
    if (visit) news.update(visit.state, { visit, blocks, visible: panel.showsChat })
  }

  /** @param {Visit|null} whose @param {VisitState|null} visit */
  function announce(whose, visit) {
    if (whose !== announced) announcer.forget()
    if (whose !== announced) recorded = null
    announced = whose
    if (visit && visit.phase !== 'left' && visit.recording !== recorded) {
      const news = recordingNews(recorded, visit.recording)
      recorded = visit.recording
      if (news) announcer.say(news)
    }
    if (visit && visit.phase !== 'left') announcer.hear(visit.happenings, visit)
    const over = visit?.phase === 'left' && visit.reason !== 'left' ? whose : null
    if (visit && over && over !== endingAnnounced) announcer.say(endingInWords(visit).title)
    endingAnnounced = over
  }

  function putAway() {
    read = present
    dock.update(null)
  }

  function showInspector(/** @type {boolean} */ open) {
    if (open) panel.makeWay()
    main.dataset.inspector = open ? 'open' : 'closed'
    inspector.show(open)
    room.inspector(open)
    drawPanel()
  }

  return {
    update,
    levels: room.levels,
    /** What was refused, said where it was asked. @param {string|null} text */
    refuse(text) {
      room.refuse(text)
      hallway.refuse(text)
    },
    /** @param {{ user_id: number, username: string, emoji: string }} reaction */
    react(reaction) {
      if (latest?.blocks.has(reaction.user_id)) return
      news.hear(reaction)
      floating.show(reaction)
    },
    openChat: panel.openChat,
    togglePanel: panel.toggle,
    toggleReactions: room.toggleReactions,
    /** Escape closes what lies on top. */
    escape() {
      if (!panel.escape() && inspector.open) showInspector(false)
    },
    /** Says one thing to those who hear the page. */
    announce: announcer.say,
    /** My answer, by key, to what I am asked. */
    answer: prompt.answer,
    /** Says something that is worth a moment: see notices.js. */
    tell: notices.tell,
    leave: scrolls.keep,
    /**
     * Another page was opened: the focus goes to its heading, and its scrolling is as it was, or begins at the top.
     * @param {Place} place @param {{ visit: string, back: boolean }} how
     */
    arrive(place, { visit, back }) {
      if (place.place === 'room') room.focus()
      else if (place.place === 'hallway') hallway.focus()
      else if (place.place === 'nowhere') landing.focus()
      else pages.arrive(visit)
      if (place.place !== 'room' && (back || place.place !== 'hallway')) scrolls.restore(visit)
    },
    get inspectorOpen() {
      return inspector.open
    },
    /** Whether the room I am in can be seen. */
    get inRoom() {
      return !room.element.hidden
    },
    showInspector,
    chooseSeat(/** @type {number} */ user_id) {
      if (!inspector.open) showInspector(true)
      inspector.choose(user_id)
    },
  }
}

/**
 * @param {Place} place @param {number|null} seated_in @param {ListedRoom|undefined} row @param {boolean} closed
 * @returns {'welcome'|'docked'|'lost'|'threshold'|'scheduled'}
 */
function landingFor({ place }, seated_in, row, closed) {
  if (place === 'nowhere') return 'lost'
  if (place === 'room') return closed || row?.scheduled ? 'scheduled' : 'threshold'
  return seated_in === null ? 'welcome' : 'docked'
}

/** @param {Place} place @param {{ name: string }|null|undefined} room @param {boolean} inside @param {string|null} page */
function titleOf({ place }, room, inside, page) {
  if (place === 'nowhere') return 'No such page · Roomtone'
  if (place === 'room' && (inside || room)) return `${room?.name ?? 'A room'} · Roomtone`
  return page ? `${page} · Roomtone` : 'Roomtone'
}
