import { createIce } from '../signaling/ice.js'
import { createConnections } from './connections.js'
import { createMyAudio } from './my_audio.js'
import { createNetworkChanges } from './network_changes.js'
import { createSound } from './sound.js'
import { maySpeak } from './state.js'

/**
 * The media of one room session: the connections, the audio that is played, and my microphone.
 *
 * @param {object} options
 * @param {number} options.user_id  mine
 * @param {typeof window.fetch} options.fetch
 * @param {ReturnType<typeof import('./followed_room.js').createFollowedRoom>} options.room
 * @param {ReturnType<typeof import('../media/devices.js').createDevices>} options.devices
 * @param {ReturnType<typeof import('../media/volume.js').createVolumes>} options.volumes
 * @param {ReturnType<typeof import('./inspector.js').createInspector>} options.inspector
 * @param {ReturnType<typeof import('./connection_problems.js').createConnectionProblems>} options.connectionProblems
 * @param {{ peer_id: () => string|null, signal: (signals: import('../signaling/outbox.js').Signal[]) => Promise<unknown>, check: () => void,
 *           probe: (dead: boolean) => void, writeMuted: (muted: boolean) => Promise<unknown> }} options.seat
 *   my seat: `check` asks the log whether it is still mine; `probe` checks whether the subscription is alive
 * @param {() => void} options.onChange
 */
export function createRoomMedia({ user_id, fetch, room, devices, volumes, inspector, connectionProblems, seat, onChange }) {
  const ice = createIce({ fetch })
  const mySeat = () => room.mySeat(seat.peer_id())
  const sound = createSound({
    ...{ me: user_id, devices, volumes, onChange },
    hears: room.isAudible,
    everybody: room.othersOnStage,
    connections: () => connections.peers().map(({ peer }) => peer.connection),
  })
  const myAudio = createMyAudio({
    ...{ devices, onChange },
    maySpeak() {
      const me = mySeat()
      return me !== null && maySpeak(me)
    },
    write: seat.writeMuted,
    send: (track) => connections.setTrack(track),
    onStream: sound.measureMyself,
    onProblem: (problem) => inspector.note({ code: 'refused', problem }),
  })
  let connections = connect()
  const network = createNetworkChanges({
    onNetwork() {
      seat.probe(true)
      connections.networkChanged()
    },
    onVisible: () => seat.probe(false),
  })

  function connect() {
    return createConnections({ ice, inspector, connectionProblems, sound, onChange, seatOf: room.seatOf, post: seat.signal, onSeatLost: seat.check })
  }

  function disconnect() {
    connections.close()
    connections = connect()
  }

  return {
    sound,
    myAudio,
    /** The connections of the present session of my seat. */
    get connections() {
      return connections
    },

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

    /**
     * Seats or the room have changed.
     * @param {{ fresh: boolean, keepMicrophone: boolean }} how  fresh: a snapshot says so; keepMicrophone: it was opened early, for an invitation
     */
    update({ fresh, keepMicrophone }) {
      const me = mySeat()
      if (me) myAudio.seen(me.muted, { speaks: maySpeak(me), fresh })
      if (me && !maySpeak(me) && !keepMicrophone) myAudio.drop()
      myAudio.transmit()
    },
    /** Before `update`: opens and closes connections as the room says. */
    updateConnections() {
      connections.update(mySeat(), room.state.seats.values(), room.topology())
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
