import { createEncryptionDialog } from '../view/encryption/dialog.js'

/**
 * Actions of encrypted rooms: the dialog with the safety number.
 * @param {ReturnType<typeof import('./context.js').createContext>} context
 */
export function encryptionActions(context) {
  const dialog = createEncryptionDialog({ showNotice: (words) => context.view.showNotice(words) })
  context.add(dialog)
  return {
    actions: { showEncryption: () => dialog.open() },
    update: dialog.update,
  }
}
