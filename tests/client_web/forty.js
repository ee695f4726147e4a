// Many visits in one page. Each has a host name of its own, because a browser opens six connections to a host and a visit keeps one.
globalThis.forty = {
  async create(people, port) {
    const [{ createVisit }, { createTechnique }, { createDevices }, { createVolumes }] = await Promise.all([
      import('/client/room/visit.js'), import('/client/signaling/technique.js'), import('/client/media/devices.js'), import('/client/media/volume.js')])
    const [devices, volumes] = [createDevices(), createVolumes()]
    globalThis.visits = people.map(({ id, username, token, role, room }) => {
      const fetch = (url, init = {}) => {
        const headers = new Headers(init.headers)
        headers.set('Authorization', `Bearer ${token}`)
        return window.fetch(`http://p${id}.localhost:${port}${url}`, { ...init, headers, credentials: 'omit' })
      }
      const technique = createTechnique({ session: { fetch }, search: '?via=sse' })
      return createVisit({ user: { id, username }, roomId: room, role, fetch, technique, devices, volumes })
    })
  },

  enter: () => visits.forEach((visit) => visit.start()),

  /** Everybody in, everybody seen, every pair that should have a connection connected. */
  settled: (count) =>
    visits.every(({ state }) => {
      if (state.phase !== 'in' || state.people.length !== count) return false
      const { me } = state
      return state.people.every((person) => person.me || (person.connection === 'connected') === (me.on_stage || person.on_stage))
    }),

  rosters: () => visits.map(({ state }) => state.people.map(({ username }) => username)),
  connections: () => visits.map((visit) => visit.peers().map(({ user_id }) => user_id).sort((a, b) => a - b)),
}
