import { createBans } from './bans.js'
import { createDialog } from '../dialog/dialog.js'
import { createCheck, createChoices, createField, createForm } from '../dialog/form.js'
import { element } from '../elements/element.js'
import { createEndRoom } from './end_room.js'
import { paceInWords } from '../stage/stage_words.js'
import { createHandOver } from './hand_over.js'
import { inWords } from '../../words/language.js'

/**
 * @import { Named } from '../../room/moderation.js'
 * @import { Room } from '../../room/state.js'
 * @import { RoomSessionState } from '../../room/room_session_state.js'
 */

/** @type {[value: string, title: string, about: string][]} */
const STAGES = [
  ['open', inWords('Open stage'), inWords('Everyone who enters may talk.')],
  ['moderated', inWords('Moderated stage'), inWords('People enter as listeners and raise a hand.')],
]
/** @type {[value: string, title: string, about: string][]} */
const ACCESS = [
  ['open', inWords('Everyone'), inWords('Everybody may enter.')],
  ['club', inWords('Members of the club'), inWords('Only members may enter.')],
  ['invited', inWords('People who are invited'), inWords('Nobody else sees the room.')],
]
const HOST_GONE = [['wait', inWords('The room waits for me')], ['handover', inWords('The moderator or speaker who joined first takes over')], ['end', inWords('The room ends')]]
const PACES = [0, 5, 10, 30, 60, 300, 900, 3600]

/** The field that each rule concerns. @type {Record<string, [field: string]>} */
const RULES = {
  rooms_name_is_text: ['name'],
  rooms_name_is_allowed: ['name'],
  rooms_description_is_text: ['description'],
  rooms_description_has_no_hidden_controls: ['description'],
  rooms_host_is_a_club_member: ['club_id'],
  rooms_club_id_fkey: ['club_id'],
  rooms_start_within_a_year: ['starts_at'],
  rooms_stage_is_known: ['stage'],
  rooms_club_access_needs_a_club: ['access'],
  rooms_access_is_known: ['access'],
  rooms_broadcast_is_for_everybody: ['broadcast'],
  rooms_captions_are_possible: ['captions'],
  rooms_encrypted_ones_are_not_mixed: ['broadcast'],
  rooms_slow_mode_is_short: ['slow_mode'],
  rooms_host_gone_is_known: ['host_gone'],
}

/**
 * The room's settings: all for the host, lock and slow mode for moderators, and the end for site moderators, too. Only changed columns are written, so that two people who change
 * different settings do not undo each other's changes.
 *
 * @typedef {{ id: number, name: string }} ClubChoice
 * @param {{ clubs: () => Promise<ClubChoice[]>, change: (columns: Record<string, unknown>) => Promise<unknown>,
 *           end: (reason: string|null) => Promise<unknown>, handOver: (person: Named) => Promise<unknown> } & Parameters<typeof createBans>[0]} actions
 */
export function createRoomSettings(actions) {
  /** @type {RoomSessionState|null} */ let roomSession = null
  /** @type {Record<string, unknown>} */ let asOpened = {}
  const name = element('input', { name: 'name', required: true, maxlength: '120', autocomplete: 'off' })
  const club = element('select', { name: 'club_id' })
  const starts = element('input', { name: 'starts_at', type: 'datetime-local' })
  const gone = select('host_gone', HOST_GONE)
  const pace = select('slow_mode', PACES.map((seconds) => [String(seconds), seconds === 0 ? inWords('No limit') : inWords('One message every {time}', { time: paceInWords(seconds) })]))
  const fields = {
    name: createField({ id: 'settings-name', label: inWords('Name'), input: name }),
    description: createField({ id: 'settings-description', label: inWords('Description'), most: 500, input: element('textarea', { name: 'description', rows: '3' }) }),
    club_id: createField({ id: 'settings-club', label: inWords('Club'), input: club }),
    starts_at: createField({ id: 'settings-starts', label: inWords('Opens'), input: starts }),
    repeats: createCheck({ name: 'repeats', label: inWords('Repetition'), title: inWords('Every week'), about: inWords('When this room has ended, the next one is planned for the same time of day.') }),
    stage: createChoices({ name: 'stage', label: inWords('Stage'), choices: STAGES, chosen: 'open' }),
    access: createChoices({ name: 'access', label: inWords('Who may enter'), choices: ACCESS, chosen: 'open' }),
    broadcast: createCheck({ name: 'broadcast', label: inWords('Listening'), title: inWords('Let anybody listen'), about: inWords('People who are not here, and not signed in, can hear the room: on its page, on other sites and in podcast apps. Everybody here sees that it is on. A lock switches it off.') }),
    captions: createCheck({ name: 'captions', label: inWords('Captions'), title: inWords('Allow captions'), about: inWords('Each speaker decides whether what they say is written as text. Everybody here sees that captions are on, and recordings keep them.') }),
    locked: createCheck({ name: 'locked', label: inWords('Lock'), title: inWords('Lock the room'), about: inWords('Nobody else can enter. People who are here stay.') }),
    slow_mode: createField({ id: 'settings-slow_mode', label: inWords('Chat'), input: pace }),
    host_gone: createField({ id: 'settings-host_gone', label: inWords('When I leave'), input: gone }),
  }
  const hosts = [fields.name, fields.description, fields.club_id, fields.starts_at, fields.repeats, fields.stage, fields.access, fields.broadcast, fields.captions, fields.host_gone]
  const form = createForm({ fields, rules: RULES, go: inWords('Save'), submit }, ...Object.values(fields).map((each) => each.element))
  const bans = createBans(actions)
  const handOver = createHandOver({ handOver: actions.handOver, done: () => dialog.close() })
  const end = createEndRoom({ end: actions.end })
  const dialog = createDialog(inWords('Room settings'), form.element, bans.element, handOver.element, end.element)
  dialog.element.classList.add('dialog--settings')

  /** The values of the form, as columns of the row. @returns {Record<string, unknown>} */
  function written() {
    return {
      name: name.value.trim(),
      description: fields.description.value || null,
      club_id: club.value ? Number(club.value) : null,
      starts_at: starts.value ? new Date(starts.value).toISOString() : null,
      repeats: fields.repeats.input.checked ? 'weekly' : null,
      stage: fields.stage.value,
      access: fields.access.value,
      broadcast: fields.broadcast.input.checked,
      captions: fields.captions.input.checked,
      locked: fields.locked.input.checked,
      slow_mode: Number(pace.value),
      host_gone: gone.value,
    }
  }

  function fill(/** @type {Room} */ room) {
    name.value = room.name ?? ''
    fields.description.input.value = room.description ?? ''
    fields.repeats.input.checked = Boolean(room.repeats)
    fields.broadcast.input.checked = Boolean(room.broadcast)
    fields.captions.input.checked = Boolean(room.captions)
    fields.broadcast.bar(room.encrypted ? inWords('Not in an encrypted room: people without a seat in it have no keys.') : null)
    fields.captions.bar(room.encrypted ? inWords('Not in an encrypted room: who runs the server could read what is said.') : null)
    fields.locked.input.checked = Boolean(room.locked)
    starts.value = room.starts_at ? local(room.starts_at) : ''
    gone.value = room.host_gone ?? 'wait'
    const seconds = String(room.slow_mode ?? 0)
    if (![...pace.options].some((option) => option.value === seconds)) pace.append(new Option(inWords('One message every {time}', { time: paceInWords(room.slow_mode ?? 0) }), seconds))
    pace.value = seconds
    fields.stage.choose(room.stage ?? 'open')
    fields.access.choose(room.access ?? 'open')
    fillClubs(room, [])
  }

  /** @param {Room} room @param {ClubChoice[]} clubs */
  function fillClubs(room, clubs) {
    const known = room.club_id && !clubs.some(({ id }) => id === room.club_id) ? [{ id: room.club_id, name: room.club ?? '' }, ...clubs] : clubs
    const chosen = club.options.length ? club.value : String(room.club_id ?? '')
    club.replaceChildren(new Option(inWords('No club'), ''), ...known.map((one) => new Option(one.name, String(one.id))))
    club.value = chosen
  }

  async function submit() {
    const isShown = (/** @type {string} */ key) => !fields[/** @type {keyof typeof fields} */ (key)].element.hidden
    const columns = Object.fromEntries(Object.entries(written()).filter(([key, value]) => isShown(key) && value !== asOpened[key]))
    if (Object.keys(columns).length) await actions.change(columns)
    dialog.close()
  }

  return {
    element: dialog.element,
    open() {
      if (!roomSession?.room) return
      const { room, may } = roomSession
      form.clear()
      club.replaceChildren()
      fill(room)
      for (const each of hosts) each.element.hidden = !may.host
      fields.repeats.element.hidden = !may.host || !room.time_zone || !room.starts_at
      fields.starts_at.element.hidden = !may.host || room.opened_at !== null
      handOver.element.hidden = !may.host
      end.element.hidden = !may.end
      asOpened = written()
      bans.open()
      handOver.open()
      end.open()
      dialog.open()
      if (may.host) actions.clubs().then((clubs) => fillClubs(room, clubs)).catch(() => {})
    },
    /** @param {RoomSessionState|null} latest */
    update(latest) {
      roomSession = latest
      if (dialog.element.open && !latest?.may.moderate) dialog.close()
      handOver.update(latest)
    },
  }
}

/** @param {string} name @param {string[][]} all */
const select = (name, all) => element('select', { name }, ...all.map(([value, title]) => new Option(title, value)))

/** A time for `<input type="datetime-local">`: local time, to the minute. @param {string} iso */
function local(iso) {
  const at = new Date(iso)
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
