import { whenOpened } from '../view/elements/when_opened.js'
import { createCaptionsChoice } from '../view/captions/choice.js'

/**
 * Actions for captions: who writes what I say, and what I take back.
 * @param {ReturnType<typeof import('./context.js').createContext>} context
 */
export function captionActions(context) {
  const here = () => context.seated()?.captions
  const choice = whenOpened(() => createCaptionsChoice({ agree: async (by) => here()?.agree(by) }))

  return {
    chooseCaptions: () => choice.built().open(here()?.state ?? null, context.seated()?.state.room?.topology),
    retryCaptions: () => here()?.retry(),
    takeBackCaption: async () => here()?.takeBack(),
  }
}
