import { ruleOf } from '../../signaling/problem.js'
import { createBans } from './bans.js'
import { createDialog } from '../dialog/dialog.js'
import { element, mark } from '../elements/element.js'
import { createEndRoom } from './end_room.js'
import { paceInWords } from '../stage/stage_words.js'
import { createHandOver } from './hand_over.js'
import { createRefusal } from '../elements/refusal.js'
import { problemInWords } from '../elements/words.js'

/**
 * @import { Named } from '../../room/moderation.js'
 * @import { Room } from '../../room/state.js'
 * @import { RoomSessionState } from '../../room/room_session_state.js'
 */

const STAGES = [
  ['open', 'Open stage', 'Everyone who enters may talk.'],
  ['moderated', 'Moderated stage', 'People enter as listeners and raise a hand.'],
]
const ACCESS = [
  ['open', 'Everyone', 'Everybody may enter.'],
  ['club', 'Members of the club', 'Only members may enter.'],
  ['invited', 'People who are invited', 'Nobody else sees the room.'],
]
const HOST_GONE = [['wait', 'The room waits for me'], ['handover', 'The moderator or speaker who joined first takes over'], ['end', 'The room ends']]
const PACES = [0, 5, 10, 30, 60, 300, 900, 3600]

/** The field of a refusal, by the beginning of the rule's name; other refusals are shown beside the button. */
const FIELDS = [['rooms_name', 'name'], ['rooms_club_access', 'access'], ['rooms_club', 'club_id'], ['rooms_access', 'access'], ['rooms_slow_mode', 'slow_mode'], ['rooms_start_within', 'starts_at']]

/** @typedef {{ element: HTMLElement, control: HTMLInputElement|HTMLSelectElement|null, refusal: ReturnType<typeof createRefusal> }} Field */

/**
 * The room's settings: all for the host, lock and slow mode for moderators. Only changed columns are written, so that two people who change
 * different settings do not undo each other's changes.
 *
 * @typedef {{ id: number, name: string }} ClubChoice
 * @param {{ clubs: () => Promise<ClubChoice[]>, change: (columns: Record<string, unknown>) => Promise<unknown>,
 *           end: (reason: string|null) => Promise<unknown>, handOver: (person: Named) => Promise<unknown> } & Parameters<typeof createBans>[0]} actions
 */
export function createRoomSettings(actions) {
  /** @type {RoomSessionState|null} */ let roomSession = null
  /** @type {Record<string, unknown>} */ let asOpened = {}
  const name = element('input', { id: 'settings-name', class: 'field__input', name: 'name', required: true, maxlength: '120', autocomplete: 'off' })
  const club = element('select', { id: 'settings-club', class: 'field__input', name: 'club_id' })
  const starts = element('input', { id: 'settings-starts', class: 'field__input', name: 'starts_at', type: 'datetime-local' })
  const gone = select('host_gone', HOST_GONE)
  const pace = select('slow_mode', PACES.map((seconds) => [String(seconds), seconds === 0 ? 'No limit' : `One message every ${paceInWords(seconds)}`]))
  const locked = element('input', { type: 'checkbox', name: 'locked' })
  const lock = element('label', { class: 'choice' }, locked, text('Lock the room', 'Nobody else can enter. People who are here stay.'))
  const stage = choices('stage', STAGES)
  const access = choices('access', ACCESS)
  /** @type {Record<string, Field>} */
  const fields = {
    name: field('Name', name),
    club_id: field('Club', club),
    starts_at: field('Opens', starts),
    stage: group('Stage', stage),
    access: group('Who may enter', access),
    locked: group('Lock', [lock]),
    slow_mode: field('Chat', pace),
    host_gone: field('When I leave', gone),
  }
  const hosts = [fields.name, fields.club_id, fields.starts_at, fields.stage, fields.access, fields.host_gone]
  const refusal = createRefusal('field__refusal')
  const save = element('button', { class: 'button button--action', type: 'submit', text: 'Save' })
  const form = element('form', { class: 'dialog__form', novalidate: true, on: { submit } },
    ...Object.values(fields).map((each) => each.element), refusal.element, save)
  const bans = createBans(actions)
  const handOver = createHandOver({ handOver: actions.handOver, done: () => dialog.close() })
  const end = createEndRoom({ end: actions.end })
  const dialog = createDialog('Room settings', form, bans.element, handOver.element, end.element)
  dialog.element.classList.add('dialog--settings')

  /** The values of the form, as columns of the row. @returns {Record<string, unknown>} */
  function written() {
    const data = new FormData(form)
    return {
      name: name.value.trim(),
      club_id: club.value ? Number(club.value) : null,
      starts_at: starts.value ? new Date(starts.value).toISOString() : null,
      stage: data.get('stage'),
      access: data.get('access'),
      locked: locked.checked,
      slow_mode: Number(pace.value),
      host_gone: gone.value,
    }
  }

  function fill(/** @type {Room} */ room) {
    name.value = room.name ?? ''
    locked.checked = Boolean(room.locked)
    starts.value = room.starts_at ? local(room.starts_at) : ''
    gone.value = room.host_gone ?? 'wait'
    const seconds = String(room.slow_mode ?? 0)
    if (![...pace.options].some((option) => option.value === seconds)) pace.append(new Option(`One message every ${paceInWords(room.slow_mode ?? 0)}`, seconds))
    pace.value = seconds
    check(stage, room.stage ?? 'open')
    check(access, room.access ?? 'open')
    fillClubs(room, [])
  }

  /** @param {Room} room @param {ClubChoice[]} mine */
  function fillClubs(room, mine) {
    const known = room.club_id && !mine.some(({ id }) => id === room.club_id) ? [{ id: room.club_id, name: room.club ?? '' }, ...mine] : mine
    const chosen = club.options.length ? club.value : String(room.club_id ?? '')
    club.replaceChildren(new Option('No club', ''), ...known.map((one) => new Option(one.name, String(one.id))))
    club.value = chosen
  }

  async function submit(/** @type {Event} */ event) {
    event.preventDefault()
    clear()
    const now = written()
    const shown = (/** @type {string} */ key) => !fields[key].element.hidden
    const columns = Object.fromEntries(Object.entries(now).filter(([key, value]) => shown(key) && value !== asOpened[key]))
    if (!Object.keys(columns).length) return dialog.close()
    mark(save, 'aria-disabled', 'true')
    try {
      await actions.change(columns)
      dialog.close()
    } catch (problem) {
      const key = FIELDS.find(([rule]) => ruleOf(problem)?.startsWith(rule))?.[1]
      if (!key || !shown(key)) return refusal.say(problemInWords(problem))
      fields[key].refusal.say(problemInWords(problem))
      fields[key].control?.focus()
      mark(fields[key].control ?? save, 'aria-invalid', 'true')
    } finally {
      mark(save, 'aria-disabled', null)
    }
  }

  function clear() {
    refusal.say(null)
    for (const each of Object.values(fields)) {
      each.refusal.say(null)
      if (each.control) mark(each.control, 'aria-invalid', null)
    }
  }

  return {
    element: dialog.element,
    open() {
      if (!roomSession?.room) return
      const { room, may } = roomSession
      clear()
      club.replaceChildren()
      fill(room)
      for (const each of hosts) each.element.hidden = !may.host
      fields.starts_at.element.hidden = !may.host || room.opened_at !== null
      handOver.element.hidden = end.element.hidden = !may.host
      asOpened = written()
      bans.open()
      handOver.open()
      end.open()
      dialog.open()
      if (may.host) actions.clubs().then((mine) => fillClubs(room, mine)).catch(() => {})
    },
    /** @param {RoomSessionState|null} latest */
    update(latest) {
      roomSession = latest
      if (dialog.element.open && !latest?.may.moderate) dialog.close()
      handOver.update(latest)
    },
  }

  /** @param {string} label @param {HTMLInputElement|HTMLSelectElement} control @returns {Field} */
  function field(label, control) {
    const beside = createRefusal('field__refusal')
    return { element: element('div', { class: 'field' }, element('label', { class: 'field__label', for: control.id, text: label }), control, beside.element), control, refusal: beside }
  }
}

/** @param {string} label @param {HTMLElement[]} all @returns {Field} */
function group(label, all) {
  const refusal = createRefusal('field__refusal')
  return { element: element('fieldset', { class: 'field field--choices' }, element('legend', { class: 'field__label', text: label }), ...all, refusal.element), control: null, refusal }
}

/** @param {string} title @param {string} about */
const text = (title, about) => element('span', { class: 'choice__text' }, element('strong', { text: title }), element('span', { class: 'quiet', text: about }))

/** @param {string} name @param {string[][]} all */
const choices = (name, all) => all.map(([value, title, about]) => element('label', { class: 'choice' }, element('input', { type: 'radio', name, value }), text(title, about)))

/** @param {HTMLLabelElement[]} all @param {string} value */
function check(all, value) {
  for (const { control } of all) if (control instanceof HTMLInputElement) control.checked = control.value === value
}

/** @param {string} name @param {string[][]} all */
const select = (name, all) => element('select', { id: `settings-${name}`, class: 'field__input', name }, ...all.map(([value, title]) => new Option(title, value)))

/** A time for `<input type="datetime-local">`: local time, to the minute. @param {string} iso */
function local(iso) {
  const at = new Date(iso)
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
