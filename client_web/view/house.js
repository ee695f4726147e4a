import { createAnnouncer } from './announcer.js'
import { createChatNews } from './chat_news.js'
import { createConsentPrompt } from './consent.js'
import { element } from './element.js'
import { createFoldedRoom } from './folded_room.js'
import { createFoyer } from './foyer.js'
import { createGlassWall } from './glass_wall.js'
import { createHallway } from './hallway.js'
import { createMasthead } from './masthead.js'
import { createFloating } from './reactions.js'
import { createRoom } from './room.js'
import { addressOf } from './route.js'
import { createSidePanel } from './side_panel.js'
import { endingInWords } from './words.js'

/**
 * The page: the hallway on the left, the room in the middle, the glass wall on the right; on a phone one of them at a time.
 * It is told what is, and draws it; what people do goes to `acts`.
 *
 * @param {Element} main
 * @param {object} acts
 */
export function createHouseView(main, acts) {
  const masthead = createMasthead(acts)
  const hallway = createHallway(acts)
  const folded = createFoldedRoom({ ...acts, putAway })
  const foyer = createFoyer(acts)
  const room = createRoom(acts)
  const wall = createGlassWall({ ...acts, close: acts.toggleWall })
  const panel = createSidePanel(acts, { changed: drawPanel, opener: () => room.chatButton })
  const announcer = createAnnouncer()
  const news = createChatNews(announcer.say)
  const floating = createFloating(room.seatOf)
  const NOBODY = new Set()
  let latest = null // what the panel was told last
  const prompt = createConsentPrompt({ ...acts, answered: () => (prompt.element.parentElement === room.element ? room.controls : folded).focus() })
  let announced = null
  let present = null // the visit drawn last
  let read = null // the visit whose ending was read

  main.append(
    element('section', { class: 'frame__hallway', 'aria-label': 'Hallway' }, masthead.element, hallway.element, folded.element),
    element('section', { class: 'frame__room', 'aria-label': 'Room' }, foyer.element, room.element),
    wall.element, panel.element)
  document.body.append(announcer.element)

  /**
   * @param {{ place: object, house: object, user: object|null, known: boolean }} now  `known`: whether it is known yet who I am
   */
  function update({ place, house, user, known }) {
    const visit = house.visit?.state ?? null
    const seated_in = visit && visit.phase !== 'left' ? house.visit.room_id : null
    const inside = place.place === 'room' && house.visit?.room_id === place.room_id
    const doorplate = house.hallway.find((row) => row.id === place.room_id)
    main.dataset.place = place.place === 'hallway' ? 'hallway' : 'room'

    masthead.update(user, known)
    hallway.update({
      ...{ rooms: house.hallway, connection: house.connection, problem: house.problem, seated_in, signed_in: Boolean(user) },
      loading: house.hallway.length === 0 && house.connection === 'connecting',
    })
    present = house.visit
    if (visit?.phase !== 'left') read = null
    if (visit?.phase === 'left' && (inside || visit.reason === 'left')) read = present
    folded.update(visit && !inside && read !== present ? { ...visit, room_id: present.room_id } : null)

    room.element.hidden = !inside
    foyer.element.hidden = inside
    const bar = inside ? room.controls.element : folded.element
    if (bar.previousElementSibling !== prompt.element) bar.before(prompt.element) // a question follows me wherever I look
    prompt.update(visit)
    if (inside) room.update({ ...visit, room_id: place.room_id, blocks: house.blocks }, doorplate)
    else foyer.show(foyerFor(place, seated_in), doorplate?.name, seated_in === null ? undefined : addressOf(seated_in))

    if (wall.open && (!inside || visit.phase === 'left')) showWall(false)
    wall.update(visit && inside ? { ...visit, room_id: place.room_id } : null)
    latest = { state: visit && inside ? visit : null, visit: house.visit, blocks: house.blocks ?? NOBODY }
    drawPanel()
    announce(house.visit, visit)
    document.title = titleOf(place, visit?.room ?? doorplate, inside)
  }

  function drawPanel() {
    if (!latest) return
    const { state, ...around } = latest
    panel.update(state, { ...around, walled: wall.open })
    main.dataset.panel = panel.open ? 'open' : 'closed'
    room.panel(panel.open, panel.showsChat ? 0 : panel.unread)
    if (around.visit) news.update(around.visit.state, { ...around, visible: panel.showsChat })
  }

  function announce(whose, visit) {
    if (whose !== announced) announcer.forget()
    announced = whose
    if (visit && visit.phase !== 'left') announcer.hear(visit.happenings, visit)
    else if (visit && read !== whose) announcer.say(endingInWords(visit).title)
  }

  function putAway() {
    read = present
    folded.update(null)
  }

  function showWall(open) {
    if (open) panel.makeWay()
    main.dataset.wall = open ? 'open' : 'closed'
    wall.show(open)
    room.wall(open)
    drawPanel()
  }

  return {
    update,
    levels: room.levels,
    refuse(text) {
      room.refuse(text)
      hallway.refuse(text)
    },
    focusRoom: room.focus,
    /** @param {{ user_id: number, emoji: string }} reaction */
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
      if (!panel.escape() && wall.open) showWall(false)
    },
    /** Says one thing to those who hear the page. */
    announce: announcer.say,
    /** My answer, by key, to what I am asked. */
    answer: prompt.answer,
    get wallOpen() {
      return wall.open
    },
    showWall,
    chooseSeat(user_id) {
      if (!wall.open) showWall(true)
      wall.choose(user_id)
    },
  }
}

function foyerFor({ place }, seated_in) {
  if (place === 'nowhere') return 'lost'
  if (place === 'room') return 'threshold'
  return seated_in === null ? 'welcome' : 'folded'
}

function titleOf({ place }, room, inside) {
  if (place === 'nowhere') return 'No door here · Roomtone'
  if (place === 'room' && (inside || room)) return `${room?.name ?? 'A room'} · Roomtone`
  return 'Roomtone'
}
