/**
 * What people do in a room besides talking: coming back, looking behind it. Who speaks by whose consent is told in floor.js.
 * @param {ReturnType<typeof import('./commons.js').createCommons>} commons
 */
export function roomActs(commons) {
  const { house, withName } = commons
  return {
    leave: () => house.leave(),
    again: () => withName(() => house.visit.rejoin()),
    retryConnection: (user_id) => house.visit?.retryConnection(user_id),
    toggleWall: () => commons.inRoom() && commons.view.showWall(!commons.view.wallOpen),
    escape: () => commons.view.escape(),
  }
}
