/**
 * Actions of a room: leave, come back, open the inspector. Those of the stage are in stage.js.
 * @param {ReturnType<typeof import('./context.js').createContext>} context
 */
export function roomActions(context) {
  const { shell, withName } = context
  return {
    leave: () => shell.leave(),
    again: () => withName(() => shell.roomSession?.rejoin()),
    retryConnection: (/** @type {number} */ user_id) => shell.roomSession?.retryConnection(user_id),
    toggleInspector: () => context.inRoom() && context.view.showInspector(!context.view.inspectorOpen),
    escape: () => context.view.escape(),
  }
}
