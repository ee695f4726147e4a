// Many room sessions in one page. Each has a host name of its own, because a browser opens six connections to a host and a room session keeps one.
globalThis.manyRoomSessions = {
  async create(people, port) {
    const [{ createRoomSession }, { createTechnique }, { createDevices }, { createVolumes }] = await Promise.all([
      import('/client/room/room_session.js'), import('/client/signaling/technique.js'), import('/client/media/devices.js'), import('/client/media/volume.js')])
    const settings = { devices: createDevices(), volumes: createVolumes() }
    const hallway = { receive() {}, report() {} }
    globalThis.roomSessions = people.map(({ id, username, token, role, room }) => {
      const fetch = (url, init = {}) => {
        const headers = new Headers(init.headers)
        headers.set('Authorization', `Bearer ${token}`)
        return window.fetch(`http://p${id}.localhost:${port}${url}`, { ...init, headers, credentials: 'omit' })
      }
      const technique = createTechnique({ session: { fetch }, search: '?via=sse' })
      const session = { user: { id, username }, fetch, kept: { seat: 10, role: 600 } }
      return createRoomSession({ session, technique, settings, hallway, entry: { room_id: room, role } })
    })
  },

  enter: () => roomSessions.forEach((roomSession) => roomSession.start()),

  /** Everybody in, everybody seen, every pair that should have a connection connected. */
  allConnected: (count) =>
    roomSessions.every(({ state }) => {
      if (state.phase !== 'in' || state.people.length !== count) return false
      const { me } = state
      return state.people.every((person) => person.me || (person.connection === 'connected') === (me.on_stage || person.on_stage))
    }),

  rosters: () => roomSessions.map(({ state }) => state.people.map(({ username }) => username)),
  connections: () => roomSessions.map((roomSession) => roomSession.peers().map(({ user_id }) => user_id).sort((a, b) => a - b)),
}
