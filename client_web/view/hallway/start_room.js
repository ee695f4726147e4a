import { createDialog } from '../dialog/dialog.js'
import { element, say } from '../elements/element.js'
import { createCheck, createChoices, createField, createForm } from '../dialog/form.js'
import { fieldsOf, momentOf, nextHour, ownZone, whenInWords } from '../elements/when.js'
import { inWords } from '../../words/language.js'

/**
 * @typedef {[value: string, title: string, about: string]} Choice
 * @typedef {{ id: number, name: string, description: string|null, club_id: number|null, club: string|null, stage: string, access: string, host_gone: string, starts_at: string, repeats: string|null, time_zone: string|null }} PlannedRoom
 * @typedef {{ name: string, description?: string, club_id: number|null, stage: 'open'|'moderated', access?: string, encrypted?: boolean, host_gone?: string, starts_at?: string, repeats?: string, time_zone?: string }} NewRoom
 */

/** @type {Choice[]} */
const STAGES = [
  ['open', inWords('Open stage'), inWords('Everyone who enters may talk.')],
  ['moderated', inWords('Moderated stage'), inWords('People enter as listeners and raise a hand. You bring them to the stage.')],
]
/** @type {Choice[]} */
const ACCESS = [
  ['open', inWords('Everyone'), inWords('Anybody may enter and see who is here.')],
  ['club', inWords('Members of the club'), inWords('Others see that the room exists, but not who is in it.')],
  ['invited', inWords('Only people I invite'), inWords('Nobody else sees the room.')],
]
/** @type {Choice[]} */
const TIMES = [
  ['now', inWords('Now'), inWords('The room opens, and you enter it.')],
  ['later', inWords('Later'), inWords('The hallway shows it with its time. It opens by itself at that time.')],
]
/** @type {Choice[]} */
const HOST_GONE = [
  ['wait', inWords('It waits for you'), inWords('People stay and talk; your seat is kept.')],
  ['handover', inWords('Another person becomes the host'), inWords('The moderator or speaker who has been here longest.')],
  ['end', inWords('It ends'), inWords('Everybody leaves when you leave.')],
]
/** @type {Record<string, [field: string, words?: string]>} */
const RULES = {
  rooms_name_is_text: ['name', inWords('A name is one line of 1 to 120 characters.')],
  rooms_name_is_allowed: ['name'],
  rooms_description_is_text: ['description', inWords('A description has at most 500 characters.')],
  rooms_description_has_no_hidden_controls: ['description'],
  rooms_host_is_a_club_member: ['club'],
  rooms_club_access_needs_a_club: ['access'],
  rooms_access_is_known: ['access'],
  rooms_stage_is_known: ['stage'],
  rooms_host_gone_is_known: ['host_gone'],
  rooms_start_within_a_year: ['date'],
  rooms_time_zone_is_known: ['repeats'],
  rooms_stay_open: ['date', inWords('This room is open now. Its time can no longer be changed.')],
}

/**
 * Starts a room now, or plans one: one row in `rooms`. A planned room can be changed until it opens; only changed columns are written.
 * `start` resolves with false if the user does not want it any more: then the form stays.
 * @param {{ start: (room: NewRoom) => Promise<boolean>, change: (id: number, columns: Record<string, unknown>) => Promise<unknown>, clubs: () => Promise<{id: number, name: string}[]> }} actions
 */
export function createStartRoom({ start, change, clubs }) {
  /** @type {PlannedRoom|null} */ let edited = null
  /** @type {Record<string, unknown>} */ let asOpened = {}
  const club = createField({ id: 'room-club', label: inWords('Club'), input: element('select', { name: 'club', on: { change: onClub } }) })
  const fields = {
    name: createField({ id: 'room-name', label: inWords('Name'), most: 120, input: element('input', { name: 'name', autocomplete: 'off', placeholder: inWords('What is it about?') }) }),
    description: createField({ id: 'room-description', label: inWords('Description'), hint: inWords('If you like: what people can expect.'), most: 500, input: element('textarea', { name: 'description', rows: '2' }) }),
    club,
    stage: createChoices({ name: 'stage', label: inWords('Stage'), choices: STAGES, chosen: 'open' }),
    access: createChoices({ name: 'access', label: inWords('Who may enter'), choices: ACCESS, chosen: 'open' }),
    encrypted: createCheck({ name: 'encrypted', label: inWords('Encryption'), title: inWords('Encrypt the audio'), about: inWords('Only the people in the room can hear it: no server, and nobody who runs one. For up to 50 people. It cannot be recorded, and the choice is final.') }),
    when: createChoices({ name: 'when', label: inWords('When'), choices: TIMES, chosen: 'now' }),
    date: createField({ id: 'room-date', label: inWords('Date'), input: element('input', { type: 'date', name: 'date' }) }),
    time: createField({ id: 'room-time', label: inWords('Time'), input: element('input', { type: 'time', name: 'time' }) }),
    repeats: createCheck({ name: 'repeats', label: inWords('Repetition'), title: inWords('Every week'), about: inWords('When the room has ended, the next one is planned for the same time of day, also when clocks change.') }),
    host_gone: createChoices({ name: 'host_gone', label: inWords('When you leave without ending it'), choices: HOST_GONE, chosen: 'wait' }),
  }
  const moment = element('p', { class: 'field__hint quiet', role: 'status' })
  const later = element('div', { class: 'field-row' }, fields.date.element, fields.time.element, moment, fields.repeats.element)
  const more = element('details', { class: 'more' }, element('summary', { text: inWords('More') }), fields.host_gone.element)
  const form = createForm({ fields, rules: RULES, go: inWords('Open the room'), check, submit },
    fields.name.element, fields.description.element, fields.when.element, later, club.element, fields.access.element, fields.encrypted.element, fields.stage.element, more)
  const dialog = createDialog(inWords('Start a room'), form.element)
  form.element.addEventListener('input', draw)

  function onClub() {
    fields.access.offer('club', club.value !== '')
  }

  const chosenMoment = () => momentOf({ date: fields.date.value, time: fields.time.value })

  function draw() {
    const planned = fields.when.value === 'later'
    later.hidden = !planned
    say(form.button, edited ? inWords('Save') : planned ? inWords('Plan the room') : inWords('Open the room'))
    const at = chosenMoment()
    say(moment, at && at > new Date() ? inWords('Opens {when}, your time.', { when: whenInWords(at) }) : '')
  }

  /** @returns {[field: string, words: string]|null} */
  function check() {
    if (!fields.name.value) return ['name', inWords('A room needs a name.')]
    if (fields.when.value === 'now') return null
    const at = chosenMoment()
    if (!at) return [fields.date.value ? 'time' : 'date', inWords('Choose when it opens.')]
    return at > new Date() ? null : [sameDay(at) ? 'time' : 'date', inWords('That time has passed. Choose a later one.')]
  }

  /** The values of the form, as columns of a planned room's row. @returns {Record<string, unknown>} */
  const written = () => ({
    ...{ name: fields.name.value, description: fields.description.value || null, club_id: club.value ? Number(club.value) : null },
    ...{ repeats: fields.repeats.input.checked ? 'weekly' : null, time_zone: ownZone() },
    ...{ stage: fields.stage.value, access: fields.access.value, host_gone: fields.host_gone.value, starts_at: chosenMoment()?.toISOString() ?? null },
  })

  async function submit() {
    if (!edited) {
      if (!(await start(newRoom()))) return
    } else {
      const columns = Object.fromEntries(Object.entries(written()).filter(([column, value]) => value !== asOpened[column]))
      // By the clocks of another zone, until its time is changed here.
      if (!('starts_at' in columns) && !('repeats' in columns)) delete columns.time_zone
      if (Object.keys(columns).length) await change(edited.id, columns)
    }
    dialog.close()
    form.element.reset()
  }

  function newRoom() {
    /** @type {NewRoom} */ const room = { name: fields.name.value, club_id: club.value ? Number(club.value) : null, stage: fields.stage.value === 'moderated' ? 'moderated' : 'open' }
    // Defaults are not sent: the database has the same.
    if (fields.description.value) room.description = fields.description.value
    if (fields.access.value !== 'open') room.access = fields.access.value
    if (fields.encrypted.input.checked) room.encrypted = true
    if (fields.host_gone.value !== 'wait') room.host_gone = fields.host_gone.value
    if (fields.when.value === 'later') Object.assign(room, { starts_at: chosenMoment()?.toISOString(), time_zone: ownZone() })
    if (fields.when.value === 'later' && fields.repeats.input.checked) room.repeats = 'weekly'
    return room
  }

  /** @param {number|null} wanted  the club to start with */
  async function fill(wanted) {
    const before = club.value
    const room = edited
    const all = await clubs().catch(() => [])
    if (room !== edited) return
    const chosen = wanted === null || club.value !== before ? club.value : String(wanted) // what was chosen meanwhile stays
    offerClubs(room?.club_id && !all.some(({ id }) => id === room.club_id) ? [{ id: room.club_id, name: room.club ?? '' }, ...all] : all, chosen)
  }

  /** @param {{ id: number, name: string }[]} all @param {string} chosen */
  function offerClubs(all, chosen) {
    club.input.replaceChildren(element('option', { value: '', text: inWords('No club') }), ...all.map(({ id, name: title }) => element('option', { value: String(id), text: title })))
    club.input.value = all.some(({ id }) => String(id) === chosen) ? chosen : ''
    onClub()
  }

  /** For a new room, or one that is planned. What was typed for another is dropped. @param {PlannedRoom|null} room */
  function turnTo(room) {
    if (edited || room) form.element.reset()
    edited = room
    form.clear()
    dialog.entitle(room ? inWords('Edit the room') : inWords('Start a room'))
    fields.when.element.hidden = fields.encrypted.element.hidden = room !== null
    fields.date.input.min = fieldsOf(new Date()).date
  }

  function show() {
    onClub()
    draw()
    dialog.open()
    fields.name.focus()
  }

  return {
    element: dialog.element,
    /** @param {{ club_id?: number|null }} [where]  the club it is to be in; it can still be changed */
    open({ club_id = null } = {}) {
      turnTo(null)
      if (!club.input.firstChild) club.input.append(element('option', { value: '', text: inWords('No club') }))
      const { date, time } = fieldsOf(nextHour())
      if (!fields.date.value) fields.date.input.value = date
      if (!fields.time.value) fields.time.input.value = time
      show()
      fill(club_id)
    },
    /** @param {PlannedRoom} room */
    edit(room) {
      turnTo(room)
      const { date, time } = fieldsOf(new Date(room.starts_at))
      fields.name.input.value = room.name
      fields.description.input.value = room.description ?? ''
      fields.when.choose('later')
      fields.date.input.value = date
      fields.time.input.value = time
      offerClubs(room.club_id ? [{ id: room.club_id, name: room.club ?? '' }] : [], String(room.club_id ?? ''))
      fields.repeats.input.checked = room.repeats !== null
      fields.access.choose(room.access)
      fields.stage.choose(room.stage)
      fields.host_gone.choose(room.host_gone)
      show()
      asOpened = { ...written(), time_zone: room.time_zone }
      fill(room.club_id)
    },
  }
}

const sameDay = (/** @type {Date} */ at) => at.toDateString() === new Date().toDateString()
