import { costInWords, reasonInWords, routeInWords, routeNews, routeProblemInWords, SAID_ELSEWHERE, TOPOLOGIES } from './topology_words.js'
import { createTopologyReason } from './topology_reason.js'
import { createDialog } from '../dialog/dialog.js'
import { element, mark, say } from '../elements/element.js'
import { createRefusal } from '../elements/refusal.js'
import { redraw, symbol } from '../elements/symbol.js'
import { inWords } from '../../words/language.js'

/** @import { ShownRoomSession, RoomSessionState } from '../../room/room_session_state.js' */

/** The symbol of a topology. @param {string} topology */
const signOf = (topology) => `topology-${topology}`

/**
 * The topology of the room: a button that opens the explanation of all, and a line under the room's name while something is wrong.
 * @param {{ showTopologies: () => void }} actions
 */
export function createTopologyButton({ showTopologies }) {
  const drawing = symbol('topology-mesh')
  const button = element('button', { class: 'round topology', type: 'button', 'aria-label': inWords('How the sound travels'), title: inWords('How the sound travels'), 'aria-haspopup': 'dialog', on: { click: () => showTopologies() } }, drawing)
  const problem = element('p', { class: 'room__route', hidden: true })
  const announcement = element('span', { class: 'visually-hidden', role: 'status' })
  /** @type {number|null} */ let room_id = null
  /** @type {import('./topology_words.js').KnownRoute|null} */ let known = null

  return {
    button,
    /** The line under the room's name. */
    problem: element('div', { class: 'room__route-place' }, problem, announcement),
    /** @param {ShownRoomSession} roomSession @param {boolean} over */
    update(roomSession, over) {
      const { route } = roomSession
      button.hidden = over || !route
      problem.hidden = over || !route
      if (room_id !== roomSession.room_id || over || roomSession.phase === 'joining') known = null
      if (known === null) say(announcement, '')
      room_id = roomSession.room_id
      if (over || !route) return
      const news = routeNews(known, route)
      known = news.known
      if (news.words) say(announcement, news.words)
      const wrong = routeProblemInWords(route)
      problem.hidden = wrong === '' || SAID_ELSEWHERE.has(route.status)
      say(problem, wrong)
      redraw(drawing, signOf(route.topology))
    },
  }
}

/**
 * The dialog with the three topologies and what each would cost in this room now. The host can choose one, or leave the choice to the database.
 * @param {{ change: (columns: Record<string, unknown>) => Promise<unknown>, topologyReason: () => Promise<import('./topology_reason.js').TopologyReason|null> }} actions
 */
export function createTopologyDialog({ change, topologyReason }) {
  /** @type {RoomSessionState|null} */ let roomSession = null
  const refusal = createRefusal('field__refusal')
  const now = element('p', { class: 'topology-now' })
  const reason = createTopologyReason({ topologyReason, words: reasonInWords, class: 'topology-now' })
  const choices = TOPOLOGIES.map(createTopologyChoice)
  const move = element('button', { class: 'button button--action', type: 'submit', text: inWords('Change') })
  const closed = element('p', { class: 'quiet', text: inWords('Only the host can change this. People can go on talking while the room changes.') })
  const form = element('form', { class: 'dialog__form', novalidate: true, on: { submit } }, now, reason.element,
    element('fieldset', { class: 'field field--choices' }, element('legend', { class: 'visually-hidden', text: inWords('How the sound travels') }), ...choices.map((choice) => choice.element)),
    refusal.element, closed, move)
  const dialog = createDialog(inWords('How the sound travels'), form)
  dialog.element.classList.add('dialog--choices')

  async function submit(/** @type {Event} */ event) {
    event.preventDefault()
    const chosen = choices.find((choice) => choice.chosen)?.topology
    if (!roomSession || !chosen) return
    if (chosen === choiceOf(roomSession)) return dialog.close()
    mark(move, 'aria-disabled', 'true')
    if (await refusal.attempt(() => change({ topology: chosen }))) dialog.close()
    mark(move, 'aria-disabled', null)
  }

  function draw() {
    const host = Boolean(roomSession?.may.host)
    move.hidden = !host
    closed.hidden = host
    say(now, roomSession?.route ? `${routeProblemInWords(roomSession.route) || routeInWords(roomSession.route)}.`.replace('….', '…') : '')
    if (!roomSession) return
    void reason.update(roomSession)
    for (const choice of choices) choice.update(roomSession, host)
  }

  return {
    element: dialog.element,
    open() {
      if (!roomSession?.room) return
      refusal.say(null)
      reason.again()
      for (const choice of choices) choice.choose(choiceOf(roomSession))
      draw()
      dialog.open()
    },
    /** @param {RoomSessionState|null} latest */
    update(latest) {
      roomSession = latest
      if (!dialog.element.open) return
      if (roomSession) draw()
      else dialog.close()
    },
  }
}

/** What is chosen, also where the database chooses what is used. @param {Pick<RoomSessionState, 'room'>} roomSession */
const choiceOf = ({ room }) => (room?.topology_is_auto ? 'auto' : (room?.topology ?? 'mesh'))

function createTopologyChoice(/** @type {typeof TOPOLOGIES[number]} */ { topology, name, about }) {
  const radio = element('input', { type: 'radio', name: 'topology', value: topology })
  const used = element('span', { class: 'topology-choice__used' }, symbol('check'), inWords('In use'))
  const cost = element('span', { class: 'topology-choice__cost' })
  const drawing = symbol(signOf(topology === 'auto' ? 'mesh' : topology))
  const label = element('label', { class: 'choice topology-choice' }, radio,
    element('span', { class: 'choice__text' }, element('strong', {}, name, ' ', used), element('span', { class: 'quiet', text: about }), cost),
    drawing)
  return {
    element: label,
    topology,
    get chosen() {
      return radio.checked
    },
    choose: (/** @type {string} */ now) => void (radio.checked = topology === now),
    /** @param {RoomSessionState} roomSession @param {boolean} host */
    update(roomSession, host) {
      const here = choiceOf(roomSession) === topology
      if (topology === 'auto') redraw(drawing, signOf(roomSession.room?.topology ?? 'mesh'))
      radio.hidden = !host
      used.hidden = !here
      label.classList.toggle('topology-choice--read', !host)
      label.classList.toggle('topology-choice--here', here)
      const barred = topology === 'mcu' && Boolean(roomSession.room?.encrypted)
      radio.disabled = barred
      const ends = topology === 'mesh' && roomSession.recording?.running ? inWords('The recording would end.') : ''
      say(cost, barred ? inWords('Not in an encrypted room: a server that cannot hear cannot mix.') : [costInWords(topology, roomSession), ends].filter(Boolean).join(' '))
    },
  }
}
