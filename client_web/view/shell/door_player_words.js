import { inWords } from '../../words/language.js'

/** @import { DoorSound } from './door_player.js' */

/** Seconds between a word in the room and its sound here, about; docs/listening.md says how it was measured. */
const LATE = { stream: 2, playlist: 7 }

/** The texts of the player at a room's door. @param {DoorSound} sound @param {boolean} asPlaylist @returns {{ button: string, status: string }} */
export function soundInWords(sound, asPlaylist) {
  const button = sound === 'starting' || sound === 'playing' ? inWords('Stop listening') : inWords('Listen without entering')
  switch (sound) {
    case 'off': return { button, status: '' }
    case 'starting': return { button, status: inWords('The sound begins in a moment.') }
    case 'playing': return { button, status: inWords('You hear this room about {seconds, plural, one {# second} other {# seconds}} late. Nobody there sees or hears you.', { seconds: asPlaylist ? LATE.playlist : LATE.stream }) }
    case 'ended': return { button, status: inWords('The sound has ended. Try again in a moment.') }
    case 'meshed': return { button, status: inWords('Just now only the people in the room can hear it. Enter to listen.') }
    case 'silenced': return { button, status: inWords('The host no longer lets anybody listen. Enter to hear the room.') }
    case 'failed': return { button, status: inWords('The sound could not be loaded. Try again in a moment.') }
  }
}
