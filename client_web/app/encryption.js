import { whenOpened } from '../view/elements/when_opened.js'
import { createEncryptionDialog } from '../view/encryption/dialog.js'

/**
 * Actions of encrypted rooms: the dialog with the safety number.
 * @param {ReturnType<typeof import('./context.js').createContext>} context
 */
export function encryptionActions(context) {
  const dialog = whenOpened(() => createEncryptionDialog({ showNotice: (words) => context.view.showNotice(words) }))
  return {
    actions: { showEncryption: () => dialog.built().open() },
    update: dialog.update,
  }
}
