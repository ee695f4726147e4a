import { createControls } from './controls.js'
import { createEnding } from './ending.js'
import { element, mark, say } from './element.js'
import { keyed } from './keyed.js'
import { createPinned } from './pinned.js'
import { createSeat } from './seat.js'
import { symbol } from './symbol.js'
import { createTroubles } from './troubles.js'
import { counted, endingInWords } from './words.js'

/**
 * The room: its name, its stage, the others, and the bar under the thumb.
 * @param {object} acts  what people can do here: see controls.js, ending.js and seat.js
 */
export function createRoom(acts) {
  let room_id = null
  const club = element('p', { class: 'caps room__club' })
  const name = element('h1', { class: 'room__name', tabindex: '-1' })
  const about = element('p', { class: 'room__about quiet' })
  const back = element('a', { class: 'room__back', href: '/' }, symbol('back'), 'Hallway')
  const banner = element('div', { class: 'room__banner', role: 'status' })
  const tap = element('button', { class: 'room__tap button button--action', type: 'button', hidden: true, on: { click: () => acts.listen() } }, symbol('sound'), 'Tap to listen')
  const stage = createHalf('On stage', 'stage', acts)
  const others = createHalf('Others in the room', 'others', acts)
  const troubles = createTroubles()
  const vacant = element('p', { class: 'room__vacant quiet', text: 'The stage is empty. It is waiting for a voice.' })
  const people = element('div', { class: 'room__people' }, stage.element, vacant, others.element)
  const waiting = element('div', { class: 'room__waiting', 'aria-hidden': 'true' }, ...[1, 2, 3].map(() => element('i')))
  const ending = createEnding(acts)
  const controls = createControls(acts)
  const pinned = createPinned(acts)
  const scroll = element('div', { class: 'room__scroll' },
    element('header', { class: 'room__head' }, back, club, name, about, pinned.element),
    banner, troubles.element, tap, people, waiting, ending.element)
  const root = element('div', { class: 'room' }, scroll, controls.element)

  function update(visit, doorplate) {
    const told = visit.room ?? doorplate ?? {}
    const over = visit.phase === 'left'
    const joining = visit.phase === 'joining' && visit.people.length === 0
    if (room_id !== visit.room_id) {
      room_id = visit.room_id
      scroll.scrollTop = 0
    }
    root.dataset.phase = visit.phase
    say(club, told.club ?? '')
    club.hidden = !told.club
    say(name, told.name ?? (over ? endingInWords(visit).title : 'Walking in…'))
    about.hidden = over
    say(about, over || joining ? '' : aboutInWords(visit))
    pinned.update(over ? null : visit.room?.pinned_link, visit.may.moderate && !over)
    drawBanner(visit)
    // While the whole room reconnects, that its signals wait is no news.
    troubles.update(over ? [] : visit.troubles.filter(({ kind }) => kind !== 'signal' || visit.phase === 'in'))
    tap.hidden = !visit.blocked || over
    waiting.hidden = !joining
    people.hidden = over || joining
    stage.update(over ? [] : visit.stage)
    others.update(over ? [] : visit.audience)
    vacant.hidden = visit.stage.length > 0
    ending.update(over ? visit : null, Boolean(told.name))
    controls.update(visit)
    mark(root, 'aria-busy', joining ? 'true' : null)
  }

  function drawBanner(visit) {
    const words = visit.phase === 'reconnecting' ? 'Reconnecting… the room stays as you left it.' : ''
    banner.hidden = words === ''
    if (banner.textContent === words) return
    banner.replaceChildren(...(words ? [symbol('turning'), element('span', { text: words })] : []))
  }

  return {
    element: root,
    update,
    /** @param {Map<number, number>} levels  user_id -> 0..1 */
    levels(levels) {
      for (const [user_id, loudness] of levels) stage.get(user_id)?.level(loudness)
      controls.levels(levels)
    },
    refuse: controls.refuse,
    wall: controls.wall,
    panel: controls.panel,
    chatButton: controls.chat,
    toggleReactions: controls.toggleReactions,
    /** Somebody's seat on the screen. */
    seatOf: (user_id) => (stage.get(user_id) ?? others.get(user_id))?.element ?? null,
    focus: () => name.focus({ preventScroll: true }),
  }
}

function createHalf(title, kind, acts) {
  const list = element('ul', { class: `seats seats--${kind}` })
  const heading = element('h2', { class: 'caps', text: title })
  const half = element('section', { class: `room__half room__half--${kind}`, 'aria-label': title }, heading, list)
  const seats = keyed(list, { key: (person) => person.user_id, create: () => createSeat(acts) })
  return {
    element: half,
    get: (user_id) => seats.get(user_id),
    update(people) {
      half.hidden = people.length === 0
      seats.update(people)
    },
  }
}

function aboutInWords({ room, people, stage }) {
  const told = [counted(people.length, 'person', 'people') + ' here', `${stage.length} on stage`]
  if (room?.stage === 'moderated') told.push('moderated stage')
  return told.join(' · ')
}
