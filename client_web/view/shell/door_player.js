import { addressOfSound } from '../../addresses.js'
import { element, mark, say } from '../elements/element.js'
import { soundInWords } from './door_player_words.js'

/** @import { ListedRoom } from '../../room/hallway.js' */

/**
 * What is heard at the door of a room: `meshed` while its topology has no mix, `silenced` when the host no longer lets anybody listen.
 * @typedef {'off'|'starting'|'playing'|'ended'|'meshed'|'silenced'|'failed'} DoorSound
 */

/** Plays a room that anybody may hear, without entering it. */
export function createDoorPlayer() {
  const audio = element('audio', { preload: 'none' })
  const asPlaylist = audio.canPlayType('audio/ogg; codecs=opus') === ''
  const button = element('button', { class: 'button', type: 'button', hidden: true, on: { click: toggle } })
  const status = element('p', { class: 'landing__more quiet', role: 'status', hidden: true })
  /** @type {DoorSound} */ let sound = 'off'
  /** @type {number|null} */ let room_id = null
  let open = false // whether anybody may hear it

  audio.addEventListener('playing', () => become('playing'))
  audio.addEventListener('ended', () => stop('ended'))
  audio.addEventListener('error', () => {
    if (sound === 'starting') void findOutWhy()
    else if (sound === 'playing') stop('ended')
  })

  function toggle() {
    if (isOn()) stop('off')
    else if (room_id !== null) {
      become('starting')
      audio.src = addressOfSound(room_id, asPlaylist)
      audio.play().catch(() => {}) // an `error` follows where it cannot be played
    }
  }

  const isOn = () => sound === 'starting' || sound === 'playing'

  /** @param {DoorSound} now */
  function become(now) {
    sound = now
    const words = soundInWords(sound, asPlaylist)
    say(button, words.button)
    say(status, words.status)
    status.hidden = words.status === ''
    mark(button, 'aria-pressed', String(isOn()))
  }

  /** @param {DoorSound} now */
  function stop(now) {
    become(now)
    audio.pause()
    audio.removeAttribute('src')
    audio.load() // ends the request
  }

  async function findOutWhy() {
    const asked = room_id
    const status_of = await fetch(addressOfSound(asked ?? 0), { method: 'HEAD' }).then((answer) => answer.status, () => 0)
    if (asked === room_id) stop(status_of === 409 ? 'meshed' : status_of === 403 || status_of === 404 ? 'silenced' : 'failed')
  }

  become('off')
  return {
    button,
    status,
    /** @param {ListedRoom|undefined} row  the room at whose door I am */
    update(row) {
      const [now_at, now_open] = [row?.id ?? null, Boolean(row?.broadcast)]
      if (now_at === room_id && now_open === open) return
      // The sound's end and the news of it come in either order.
      const silenced = now_at === room_id && (isOn() || (sound === 'ended' && !now_open))
      room_id = now_at
      open = now_open
      button.hidden = !open
      stop(silenced ? 'silenced' : 'off')
    },
  }
}
