import { createCaptionsChoice } from '../view/captions/choice.js'

/**
 * Actions for captions: who writes what I say, and what I take back.
 * @param {ReturnType<typeof import('./context.js').createContext>} context
 */
export function captionActions(context) {
  const here = () => context.seated()?.captions
  const choice = createCaptionsChoice({ agree: async (by) => here()?.agree(by) })
  context.add(choice)

  return {
    chooseCaptions: () => choice.open(here()?.state ?? null, context.seated()?.state.room?.topology),
    retryCaptions: () => here()?.retry(),
    takeBackCaption: async () => here()?.takeBack(),
  }
}
