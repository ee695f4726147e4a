/**
 * What people do in a room besides talking: where they sit, who may talk, what they look at.
 * @param {ReturnType<typeof import('./commons.js').createCommons>} commons
 */
export function roomActs(commons) {
  const { house, attempt, withName } = commons
  return {
    leave: () => house.leave(),
    again: () => withName(() => house.visit.rejoin()),
    stepUp: () => attempt(() => house.visit.setRole('SPEAKER')),
    stepDown: () => attempt(() => house.visit.setRole('AUDIENCE')),
    mutePerson: (user_id) => attempt(() => house.visit.mutePerson(user_id)),
    setRole: (role, user_id) => attempt(() => house.visit.setRole(role, user_id)),
    retryConnection: (user_id) => house.visit?.retryConnection(user_id),
    choose: (user_id) => commons.view.chooseSeat(user_id),
    toggleWall: () => commons.inRoom() && commons.view.showWall(!commons.view.wallOpen),
    escape: () => commons.view.escape(),
  }
}
