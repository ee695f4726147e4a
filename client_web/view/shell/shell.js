import { addressOf } from '../../addresses.js'
import { createAnnouncer } from './announcer.js'
import { createChatNews } from '../chat/announcements.js'
import { createConsentPrompt } from '../stage/consent.js'
import { element } from '../elements/element.js'
import { createDock } from './dock.js'
import { createLanding } from './landing.js'
import { createInspectorView } from '../inspector/inspector.js'
import { createHallway } from '../hallway/hallway.js'
import { createTopBar } from './top_bar.js'
import { createNotices } from './notices.js'
import { createPages } from './pages.js'
import { createFloating } from '../reactions/reactions.js'
import { createRoom } from '../room/room.js'
import { createRoomNews } from './room_news.js'
import { createScrolls } from './scrolls.js'
import { createSidePanel } from '../room/side_panel.js'
import { clearOnNewSubject } from '../elements/subject.js'
import { whenOpened } from '../elements/when_opened.js'
import { tellsOfInvitation } from '../room/ending_words.js'
import { inWords } from '../../words/language.js'

/**
 * @import { ListedRoom } from '../../room/hallway.js'
 * @import { LookupState } from '../../room/lookup.js'
 * @import { ShellState } from '../../room/shell.js'
 * @import { RoomSession } from '../../room/room_session.js'
 * @import { RoomSessionState } from '../../room/room_session_state.js'
 * @import { User } from '../../session.js'
 * @import { Place } from './route.js'
 */

/** The hallway and the room are side by side; on narrower screens only one of them is shown. */
const wide = matchMedia('(min-width: 768px)')

/** @typedef {{ place: Place, shell: ShellState, user: User|null, byName: boolean, known: boolean, pages: Record<string, LookupState<any, any>> }} Now  `any`: each page has a value of its own */

/**
 * The page: the hallway on the left, the room or another page in the middle, the inspector on the right; on a phone one of them at a
 * time. `update` gets the state and draws it; what people do calls `actions`.
 *
 * @param {HTMLElement} main
 * @param {{ toggleInspector: () => void } & Omit<Parameters<typeof createInspectorView>[0], 'close'> & Parameters<typeof createTopBar>[0] & Omit<Parameters<typeof createHallway>[0], 'announce'> &
 *         Omit<Parameters<typeof createDock>[0], 'dismiss'> & Parameters<typeof createLanding>[0] & Parameters<typeof createRoom>[0] &
 *         Parameters<typeof createPages>[0] & Parameters<typeof createSidePanel>[0] & Omit<Parameters<typeof createNotices>[0], 'announce'|'focusBack'> &
 *         Omit<Parameters<typeof createConsentPrompt>[0], 'answered'>} actions
 */
export function createShellView(main, actions) {
  const topBar = createTopBar(actions)
  const announcer = createAnnouncer()
  const hallway = createHallway({ ...actions, announce: announcer.say })
  const dock = createDock({ ...actions, dismiss: dismissDock })
  const landing = createLanding(actions)
  const room = createRoom(actions)
  const pages = createPages(actions)
  const inspector = whenOpened(() => createInspectorView({ ...actions, close: actions.toggleInspector }), (element) => panel.element.before(element))
  const panel = createSidePanel(actions, { changed: drawPanel, opener: () => room.chatButton })
  const notices = createNotices({ ...actions, announce: announcer.say, focusBack: () => room.focus() })
  const scrolls = createScrolls(() => (pages.element.hidden ? hallway.scroll : pages.scroll))
  const roomNews = createRoomNews({ announcer, notices })
  const chatNews = createChatNews(announcer.say)
  const floating = createFloating(room.seatOf)
  /** @type {ReadonlySet<number>} */ const NOBODY = new Set()
  /** @type {{ state: RoomSessionState|null, roomSession: RoomSession|null, blocks: ReadonlySet<number> }|null} */
  let panelState = null
  const prompt = createConsentPrompt({ ...actions, answered: () => (prompt.element.parentElement === room.element ? room.controls : dock).focus() })
  /** @type {RoomSession|null} */ let current = null // the room session I am in, or was in last
  /** @type {RoomSession|null} */ let endingRead = null // the room session whose ending was read
  /** @type {Now|null} */ let latest = null // what `update` got
  let inspecting = false // the inspector is open
  // A refusal concerns the room, and what I am in it.
  const concerns = clearOnNewSubject(() => room.refuse(null))

  main.append(
    topBar.element,
    element('section', { class: 'layout__hallway', 'aria-label': inWords('Hallway') }, hallway.element),
    element('div', { class: 'layout__foot' }, dock.element),
    element('section', { class: 'layout__room', 'aria-label': inWords('Room') }, landing.element, room.element),
    pages.element, panel.element)
  document.body.append(notices.element, announcer.element)
  wide.addEventListener('change', () => latest && update(latest))

  /** Whether the room is shown: at its address, or beside the hallway. @param {Place} place @param {RoomSession|null} roomSession */
  function isInside(place, roomSession) {
    if (!roomSession) return false
    if (place.place === 'room') return place.room_id === roomSession.room_id
    return place.place === 'hallway' && wide.matches && roomSession.state.phase !== 'left'
  }

  /**
   * @param {Now} now
   *   `byName`: whether a name is enough to sign in; `known`: whether it is known who is signed in; `pages`: the content of the other pages, see app/pages.js
   */
  function update(now) {
    latest = now
    const { place, shell, user, byName, known } = now
    const roomSession = shell.roomSession?.state ?? null
    const room_id = shell.roomSession?.room_id ?? 0
    const seated_in = roomSession && roomSession.phase !== 'left' ? room_id : null
    const inside = isInside(place, shell.roomSession)
    const { looked } = shell.more
    const listed = shell.hallway.find((row) => row.id === place.room_id) ?? (looked && looked.id === place.room_id ? { ...looked, followed: false, known: [] } : undefined)
    const found = shell.more.looked_for === place.room_id
    const { phase, value, key } = now.pages.room
    const over = phase === 'ready' && key === place.room_id && place.place === 'room' && !inside ? value : null

    topBar.update({ user, byName, known, place, invitations: shell.invitations.list.length })
    hallway.update({
      ...{ rooms: shell.hallway, more: shell.more.count, pages: shell.more.pages, search: shell.more.search, connection: shell.connection, problem: shell.problem, seated_in: roomSession?.seatGone ? null : seated_in, me: user?.id ?? null },
      ...{ reminders: shell.reminders, blocks: shell.blocks, people: shell.people },
      loading: shell.hallway.length === 0 && shell.connection === 'connecting',
    })
    concerns(room_id, roomSession?.phase, roomSession?.me?.role)
    current = shell.roomSession
    if (roomSession?.phase !== 'left') endingRead = null
    if (roomSession?.phase === 'left' && ((inside && place.place === 'room') || roomSession.reason === 'left')) endingRead = current
    dock.update(roomSession && !inside && endingRead !== current ? { ...roomSession, room_id } : null)

    const closed = inside && roomSession?.phase === 'left' && roomSession.problem?.rule === 'participants_room_has_opened'
    const drawn = inside && !closed
    main.dataset.place = pages.has(place) ? 'page' : place.place === 'hallway' ? 'hallway' : drawn ? 'room' : 'landing'
    room.element.hidden = !drawn
    landing.element.hidden = drawn
    const bar = drawn ? room.controls.element : dock.element
    if (bar.previousElementSibling !== prompt.element) bar.before(prompt.element) // a question to me is shown on every page
    prompt.update(roomSession)
    if (drawn) landing.hide()
    if (drawn && roomSession) room.update({ ...roomSession, room_id, blocks: shell.blocks, invited: shell.invitations.list.some((one) => one.room_id === room_id) }, listed ?? shell.hallway.find((row) => row.id === room_id))
    else landing.show({ kind: landingFor(place, seated_in, listed, closed, over !== null), over, away: roomSession?.phase === 'reconnecting', row: listed, found, address: seated_in === null ? undefined : addressOf(seated_in), user, byName, reminders: shell.reminders, weeklyReminders: shell.weeklyReminders })
    pages.update(now)
    notices.update({ shell, seated_in, shown_room: inside && roomSession?.phase === 'left' && tellsOfInvitation(roomSession) ? room_id : null })

    if (inspecting && (!drawn || roomSession?.phase === 'left')) showInspector(false)
    inspector.update(roomSession && drawn ? { ...roomSession, room_id } : null)
    panelState = { state: roomSession && drawn ? roomSession : null, roomSession: shell.roomSession, blocks: shell.blocks ?? NOBODY }
    drawPanel()
    roomNews.update(shell.roomSession, roomSession)
    document.title = titleOf(place, over ?? roomSession?.room ?? listed, inside, pages.title(place))
  }

  function drawPanel() {
    if (!panelState) return
    const { state, roomSession, blocks } = panelState
    panel.update(state && roomSession ? state : null, { roomSession: /** @type {RoomSession} */ (roomSession), blocks, inspecting })
    main.dataset.panel = panel.open ? 'open' : 'closed'
    room.panel(panel.open, panel.showsChat ? 0 : panel.unread)
    if (roomSession) chatNews.update(roomSession.state, { roomSession, blocks, visible: panel.showsChat })
  }

  function dismissDock() {
    endingRead = current
    dock.update(null)
  }

  function showInspector(/** @type {boolean} */ open) {
    if (open) panel.dropSheet()
    const focused = document.activeElement?.closest('.inspector')
    inspecting = open
    main.dataset.inspector = open ? 'open' : 'closed'
    inspector.built().show(open)
    room.inspector(open)
    drawPanel()
    if (!open && focused) room.focusInspectorButton()
  }

  return {
    update,
    levels: room.levels,
    /** Shows a refusal. @param {string|null} text */
    refuse(text) {
      room.refuse(text)
      hallway.refuse(text)
    },
    /** @param {{ user_id: number, username: string, emoji: string }} reaction */
    react(reaction) {
      if (panelState?.blocks.has(reaction.user_id)) return
      chatNews.announceReaction(reaction)
      floating.show(reaction)
    },
    find: hallway.find,
    openChat: panel.openChat,
    openPeople: panel.openPeople,
    togglePanel: panel.toggle,
    toggleReactions: room.toggleReactions,
    /** Escape closes the sheet or the inspector. */
    escape() {
      if (!panel.escape() && inspecting) showInspector(false)
    },
    /** Announces a text to screen readers. */
    announce: announcer.say,
    /** Answers a question to me, by key. */
    answer: prompt.answer,
    /** Shows a notice for some seconds: see notices.js. */
    showNotice: notices.show,
    leave: scrolls.keep,
    /**
     * Another page was opened: its heading gets the focus, and its scroll position is restored or at the top.
     * @param {Place} place @param {{ entry: string, back: boolean }} how
     */
    arrive(place, { entry, back }) {
      if (place.place === 'room') room.focus()
      else if (place.place === 'hallway') hallway.focus()
      else if (place.place === 'nowhere') landing.focus()
      else pages.arrive(entry)
      if (place.place !== 'room' && (back || place.place !== 'hallway')) scrolls.restore(entry)
    },
    get inspectorOpen() {
      return inspecting
    },
    /** Whether the room I am in is shown. */
    get inRoom() {
      return !room.element.hidden
    },
    showInspector,
    /** I have entered a room: the focus goes along. */
    focusRoom: room.focus,
    chooseSeat(/** @type {number} */ user_id) {
      if (!inspecting) showInspector(true)
      inspector.built().choose(user_id)
    },
  }
}

/**
 * @param {Place} place @param {number|null} seated_in @param {ListedRoom|undefined} row @param {boolean} closed @param {boolean} over
 * @returns {'welcome'|'docked'|'lost'|'enter'|'scheduled'|'ended'}
 */
function landingFor({ place }, seated_in, row, closed, over) {
  if (place === 'nowhere') return 'lost'
  if (over) return 'ended'
  if (place === 'room') return closed || row?.scheduled ? 'scheduled' : 'enter'
  return seated_in === null ? 'welcome' : 'docked'
}

/** @param {Place} place @param {{ name: string }|null|undefined} room @param {boolean} inside @param {string|null} page */
function titleOf({ place }, room, inside, page) {
  if (place === 'nowhere') return `${inWords('No such page')} · Roomtone`
  if (place === 'room' && (inside || room)) return `${room?.name ?? inWords('A room')} · Roomtone`
  return page ? `${page} · Roomtone` : 'Roomtone'
}
