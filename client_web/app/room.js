/**
 * What people do in a room besides talking: coming back, the inspector. Who speaks by whose consent is in stage.js.
 * @param {ReturnType<typeof import('./context.js').createContext>} context
 */
export function roomActs(context) {
  const { shell, withName } = context
  return {
    leave: () => shell.leave(),
    again: () => withName(() => shell.visit?.rejoin()),
    retryConnection: (/** @type {number} */ user_id) => shell.visit?.retryConnection(user_id),
    toggleInspector: () => context.inRoom() && context.view.showInspector(!context.view.inspectorOpen),
    escape: () => context.view.escape(),
  }
}
