/** How to close what is open over the page, dialogs and cards: Back does, as it leaves the page they belong to. @type {Set<() => void>} */
export const closedByBack = new Set()

// A sheet keeps Back for itself. This listener is made with the module, so before that of any sheet, and is called first.
addEventListener('popstate', () => {
  for (const close of closedByBack) close()
}, { capture: true })
