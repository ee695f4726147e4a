import { createOutbox } from '../signaling/outbox.js'
import { createRoutes } from '../media/routes.js'
import { isCounted } from './state.js'

/**
 * All connections of one session of my seat, with people and with the node, and their signals. They are closed when the session ends.
 *
 * @param {object} options
 * @param {ReturnType<typeof import('../signaling/ice.js').createIce>} options.ice
 * @param {import('./seat.js').MySeat} options.seat
 * @param {ReturnType<typeof import('./sound.js').createSound>} options.sound
 * @param {import('./connection_states.js').ConnectionStates} options.states
 * @param {import('./encryption.js').Encryption} options.encryption
 */
export function createConnections({ ice, seat, sound, states, encryption }) {
  const { room } = seat

  const outbox = createOutbox({
    async post(signals) {
      await seat.signal(signals)
      states.posted()
    },
    onRefused({ to_peer, kind }, problem) {
      states.refused(room.seatOf(to_peer), kind, problem)
      routes.refused(to_peer, kind, problem.rule)
      if (problem.rule === 'signals_sender_is_seated') seat.check()
    },
    onRetry: states.delayed,
  })

  /** @type {import('../media/mesh.js').Signals} */
  const signals = {
    send(to_peer, kind, body) {
      states.sent(room.seatOf(to_peer), kind, body)
      outbox.send(to_peer, /** @type {import('../signaling/outbox.js').Signal['kind']} */ (kind), body)
    },
    forget: outbox.forget,
  }
  /** @type {import('../media/routes.js').Voices} */
  const voices = {
    attach(voice, track, receiver) {
      encryption.listenTo(receiver, voice.owner)
      sound.attach(voice, track, receiver)
    },
    detach: sound.detach,
  }
  const routes = createRoutes({ ice, signals, voices, protect: encryption.protect }, states.listener)

  return {
    /** Seats or the topology have changed. */
    update: () => routes.update(encryption.mine(seat.row), encryption.connectable(room.state.seats.values()), room.topology(), isCounted(room.state)),

    /** @param {import('../media/mesh.js').ArrivedSignal} signal */
    receive(signal) {
      states.received(room.seatOf(signal.from_peer), signal)
      if (!routes.receive(signal)) states.ignored(signal)
    },

    setTrack: routes.setTrack,
    networkChanged() {
      outbox.hurry()
      routes.networkChanged()
    },
    logLost: routes.logLost,
    retry: routes.retry,
    peers: routes.peers,

    close() {
      outbox.close()
      routes.close()
      states.clear()
      sound.silence()
    },
  }
}
