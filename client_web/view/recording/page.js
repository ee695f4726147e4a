import { addressOf, addressOfCaptions, addressOfRecording, HOME } from '../../addresses.js'
import { element, mark, say } from '../elements/element.js'
import { createRecordingCaptions } from './captions.js'
import { createRecordingChat } from './chat.js'
import { peopleInWords, failureInWords, whenRecorded } from './words.js'
import { createPageState } from '../elements/page_state.js'
import { symbol } from '../elements/symbol.js'
import { inWords } from '../../words/language.js'

/** @import { Recording } from '../../room/recordings.js' */

/**
 * @import { LookupState } from '../../room/lookup.js'
 * @import { ChatMessage, RecordedCaption } from '../../room/recordings.js'
 * @import { User } from '../../session.js'
 * @import { Place } from '../shell/route.js'
 */

/** @typedef {Recording & { chat: ChatMessage[], captions: RecordedCaption[], next: number|null }} RecordingPage */

/**
 * The page of a recording: its player, and the messages from that time.
 * @param {{ linkTo: (recording: Recording) => Promise<string|null>, deleteRecording: (recording: Recording) => void, reload: () => void }} actions
 */
export function createRecordingPage({ linkTo, deleteRecording, reload }) {
  /** @type {RecordingPage|null} */ let recording = null
  /** @type {number|null} */ let playing = null // the id of what is in the player
  let refreshed = false // the address had expired and was requested again
  const back = element('a', { class: 'back-link' }, symbol('back'), inWords('The room'))
  const over = element('p', { class: 'caps page__over', dir: 'auto' })
  const heading = element('h1', { class: 'page__title', dir: 'auto', tabindex: '-1' })
  const about = element('p', { class: 'page__counts quiet' })
  const people = element('p', { class: 'page__counts quiet' })
  const failure = element('p', { class: 'replay__problem' })
  const state = createPageState(reload)
  const missing = element('div', { class: 'page__missing', hidden: true },
    element('p', { class: 'page__lead quiet', text: inWords('It may have been deleted. Only people who were in the room can listen to it. If you were there, sign in with the name you had then.') }),
    element('a', { class: 'button button--action', href: HOME, text: inWords('To the hallway') }))
  const player = element('audio', { class: 'replay__player', controls: true, preload: 'metadata', 'aria-label': inWords('The recording') })
  const silent = element('p', { class: 'refusal', role: 'alert', hidden: true })
  const chat = createRecordingChat((seconds) => {
    player.currentTime = seconds
    player.play().catch(() => {}) // the reason is shown beside the player
  })
  const captions = createRecordingCaptions()
  const save = element('a', { class: 'button', download: '' }, inWords('Download'))
  const saveCaptions = element('a', { class: 'button button--plain', download: '' }, inWords('Captions (WebVTT)'))
  const remove = element('button', { class: 'button button--plain', type: 'button', on: { click: () => recording && deleteRecording(recording) } }, symbol('bin'), inWords('Delete'))
  const before = element('a', { class: 'button button--plain' }, inWords('Previous part'))
  const next = element('a', { class: 'button' }, inWords('Next part'))
  const buttons = element('div', { class: 'page__buttons' }, next, before, save, saveCaptions, remove)
  const body = element('div', { class: 'page__body replay' }, player, captions.element, silent, buttons, chat.element)
  const root = element('article', { class: 'page page--recording' },
    element('header', { class: 'page__head' }, back, over, heading, about, people, failure), state.element, missing, body)

  for (const moved of ['timeupdate', 'seeking']) player.addEventListener(moved, () => at(player.currentTime))
  player.addEventListener('error', () => {
    if (playing === null) return
    if (!refreshed && player.currentTime > 0) return void resume()
    showProblem(inWords('The recording cannot be played now. It may not have begun yet, may be stored on another machine, or may have been deleted.'))
  })

  /** The player is at this position. @param {number} seconds */
  function at(seconds) {
    chat.at(seconds)
    captions.at(seconds)
  }

  function showProblem(/** @type {string|null} */ text) {
    silent.hidden = !text
    say(silent, text ?? '')
  }

  async function load(/** @type {Recording} */ wanted) {
    playing = wanted.id
    refreshed = false
    showProblem(null)
    await setSource(wanted)
  }

  /** @param {Recording} wanted @returns {Promise<boolean>} whether the player has its address now */
  async function setSource(wanted) {
    const url = await linkTo(wanted)
    if (playing !== wanted.id) return false
    if (url === null) showProblem(inWords('The recording could not be loaded. Try again in a moment.'))
    mark(player, 'src', url)
    mark(save, 'href', url)
    mark(saveCaptions, 'href', url && addressOfCaptions(url))
    return url !== null
  }

  /** The address has expired: continues with a new one. */
  async function resume() {
    refreshed = true
    const at = player.currentTime
    if (!recording || !(await setSource(recording))) return
    player.currentTime = at
    player.play().catch(() => {})
  }

  function unload() {
    if (playing === null) return
    playing = null
    player.pause()
    mark(player, 'src', null)
    player.load()
  }

  return {
    element: root,
    title: () => (recording ? inWords('{room}, recorded', { room: recording.room ?? inWords('A room') }) : null),
    /** Another page was opened. */
    leave: unload,
    /** @param {{ place: Place, looked: LookupState<number, RecordingPage>, user: User|null }} now */
    update({ place, looked }) {
      const here = looked.key === place.recording_id
      recording = here ? looked.value : null
      state.update(here ? looked : { phase: 'loading', problem: null })
      missing.hidden = !(here && looked.phase === 'missing')
      body.hidden = about.hidden = people.hidden = recording === null
      say(heading, recording ? (recording.room ?? inWords('A room')) : missing.hidden ? inWords('A recording') : inWords('There is no such recording'))
      over.hidden = back.hidden = failure.hidden = true
      if (!recording) return unload()
      over.hidden = back.hidden = false
      say(over, inWords('Recording'))
      mark(back, 'href', addressOf(recording.room_id))
      say(about, `${whenRecorded(recording)} · ${inWords('by {host}', { host: recording.host })}`)
      say(people, peopleInWords(recording.people))
      const words = failureInWords(recording)
      failure.hidden = words === ''
      say(failure, words)
      remove.hidden = !recording.mine
      next.hidden = recording.next === null
      before.hidden = recording.continues_id === null
      mark(next, 'href', recording.next === null ? null : addressOfRecording(recording.next))
      mark(before, 'href', recording.continues_id === null ? null : addressOfRecording(recording.continues_id))
      chat.show(recording.chat)
      captions.show(recording.captions)
      saveCaptions.hidden = recording.captions.length === 0
      if (playing === recording.id) at(player.currentTime)
      if (playing !== recording.id) load(recording)
    },
  }
}
