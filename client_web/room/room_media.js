import { createIce } from '../signaling/ice.js'
import { createConnectionStates } from './connection_states.js'
import { createConnections } from './connections.js'
import { createEncryption } from './encryption.js'
import { createMyAudio } from './my_audio.js'
import { createNetworkChanges } from './network_changes.js'
import { createSound } from './sound.js'

/**
 * The media of one room session: the connections, the audio that is played, and my microphone.
 *
 * @typedef {ReturnType<typeof createRoomMedia>} RoomMedia
 * @typedef {import('./sound.js').SoundSettings & { memory?: import('./encryption_memory.js').EncryptionMemory }} MediaSettings  memory: of this tab
 * @param {object} options
 * @param {typeof window.fetch} options.fetch  for the ICE servers
 * @param {import('./seat.js').MySeat} options.seat
 * @param {MediaSettings} options.settings
 * @param {ReturnType<typeof import('./inspector.js').createInspector>} options.inspector
 * @param {() => void} options.onChange
 */
export function createRoomMedia({ fetch, seat, settings, inspector, onChange }) {
  const ice = createIce({ fetch })
  const states = createConnectionStates({ inspector, onChange })
  const sound = createSound({ settings, room: seat.room, connections: () => connections.peers().map(({ peer }) => peer.connection), onChange })
  const myAudio = createMyAudio({ devices: settings.devices, seat, sound, send: (track) => connections.setTrack(track), onChange })
  const encryption = createEncryption({ seat, inspector, memory: settings.memory, onChange: onEncryption })
  let connections = createConnections({ ice, seat, sound, states, encryption })
  const network = createNetworkChanges({
    onNetwork() {
      seat.probe(true)
      connections.networkChanged()
    },
    onVisible: () => seat.probe(false),
  })

  function disconnect() {
    connections.close()
    encryption.close()
    connections = createConnections({ ice, seat, sound, states, encryption })
  }

  /** The room has my keys now, or somebody's are lost. */
  function onEncryption() {
    connections.update()
    onChange()
  }

  return {
    encryption,
    sound,
    myAudio,
    devices: settings.devices,
    /** The connections of the present session of my seat. */
    get connections() {
      return connections
    },
    get route() {
      return states.route
    },
    get problems() {
      return states.problems
    },
    /** My connection with this person. @param {import('./state.js').Seat} other */
    connectionOf: (other) => states.between(seat.row, other),

    open() {
      sound.open()
      myAudio.open()
      network.open()
    },

    /** A session of my seat begins: connections of the one before are closed, and the microphone is muted. */
    restart() {
      disconnect()
      myAudio.reset()
    },
    /** Loads the ICE servers; before that, no connection may be made. Rejects with a Problem. */
    prepare: ice.get,

    /** Seats or the room have changed: opens and closes connections as the room says. */
    updateConnections() {
      encryption.observe()
      connections.update()
      sound.reconsider()
    },

    close() {
      myAudio.close()
      disconnect()
      ice.close()
      sound.close()
      network.close()
    },
  }
}
