import { routeInWords, costInWords, WAYS } from './topology_words.js'
import { createDialog } from '../dialog/dialog.js'
import { element, mark, say } from '../elements/element.js'
import { createRefusal } from '../elements/refusal.js'
import { redraw, symbol } from '../elements/symbol.js'

/** @import { ShownVisit, VisitState } from '../../room/visit_state.js' */

/** The sign of a way: who is joined to whom. @param {string} topology */
const signOf = (topology) => `way-${topology}`

/**
 * How the room's sound travels, for everybody to read; a click explains the three topologies.
 * @param {{ showTopologies: () => void }} acts
 */
export function createTopologyLine({ showTopologies }) {
  const drawing = symbol('way-mesh')
  const words = element('span')
  const line = element('button', { class: 'topology', type: 'button', 'aria-haspopup': 'dialog', title: 'How the sound travels', on: { click: () => showTopologies() } }, drawing, words)
  const status = element('span', { class: 'only-heard', role: 'status' })
  const root = element('div', { class: 'room__topology', hidden: true }, line, status)
  /** @type {number|null} */ let room_id = null

  return {
    element: root,
    /** @param {ShownVisit} visit @param {boolean} over */
    update(visit, over) {
      const { route } = visit
      root.hidden = over || !route
      if (over || !route) return
      const next = routeInWords(route)
      // How it is on the way in is read where it stands; only what changes is said.
      if (room_id === visit.room_id && next !== words.textContent) say(status, next)
      room_id = visit.room_id
      say(words, next)
      redraw(drawing, signOf(route.topology))
      mark(line, 'data-standing', route.standing)
    },
  }
}

/**
 * How the sound travels: the three topologies, what each would cost here and now, and for the host the choice among them.
 * @param {{ change: (columns: Record<string, unknown>) => Promise<unknown> }} acts
 */
export function createTopologyDialog({ change }) {
  /** @type {VisitState|null} */ let visit = null
  const refusal = createRefusal('field__refusal')
  const ways = WAYS.map(createWay)
  const move = element('button', { class: 'button button--action', type: 'submit', text: 'Move the room' })
  const closed = element('p', { class: 'quiet', text: 'The host of a room chooses. People go on talking while it moves.' })
  const form = element('form', { class: 'dialog__form', novalidate: true, on: { submit } },
    element('fieldset', { class: 'field field--choices' }, element('legend', { class: 'only-heard', text: 'How the sound travels' }), ...ways.map((way) => way.element)),
    refusal.element, closed, move)
  const dialog = createDialog('How the sound travels', form)
  dialog.element.classList.add('dialog--ways')

  async function submit(/** @type {Event} */ event) {
    event.preventDefault()
    const chosen = ways.find((way) => way.chosen)?.topology
    if (!visit || !chosen) return
    if (chosen === visit.room?.topology) return dialog.close()
    mark(move, 'aria-disabled', 'true')
    if (await refusal.attempt(() => change({ topology: chosen }))) dialog.close()
    mark(move, 'aria-disabled', null)
  }

  function draw() {
    const host = Boolean(visit?.may.host)
    move.hidden = !host
    closed.hidden = host
    if (visit) for (const way of ways) way.update(visit, host)
  }

  return {
    element: dialog.element,
    open() {
      if (!visit?.room) return
      refusal.say(null)
      for (const way of ways) way.choose(visit.room.topology ?? 'mesh')
      draw()
      dialog.open()
    },
    /** @param {VisitState|null} latest */
    update(latest) {
      visit = latest
      if (!dialog.element.open) return
      if (visit) draw()
      else dialog.close()
    },
  }
}

function createWay(/** @type {typeof WAYS[number]} */ { topology, name, about }) {
  const radio = element('input', { type: 'radio', name: 'topology', value: topology })
  const used = element('span', { class: 'way__used' }, symbol('check'), 'In use')
  const cost = element('span', { class: 'way__cost' })
  const label = element('label', { class: 'choice way' }, radio,
    element('span', { class: 'choice__text' }, element('strong', {}, name, ' ', used), element('span', { class: 'quiet', text: about }), cost),
    symbol(signOf(topology)))
  return {
    element: label,
    topology,
    get chosen() {
      return radio.checked
    },
    choose: (/** @type {string} */ now) => void (radio.checked = topology === now),
    /** @param {VisitState} visit @param {boolean} host */
    update(visit, host) {
      const here = visit.room?.topology === topology
      radio.hidden = !host
      used.hidden = !here
      label.classList.toggle('way--read', !host)
      label.classList.toggle('way--here', here)
      const ends = topology === 'mesh' && visit.recording?.running ? ' The recording would end.' : ''
      say(cost, costInWords(topology, visit) + ends)
    },
  }
}
