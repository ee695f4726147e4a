/**
 * Push to talk. While Space is held my microphone is on; when it is released, it is off. This holds wherever the focus is, so Space presses
 * no button then: Enter does. Fields, and the controls of a dialog, keep their Space.
 */

const FIELDS = 'input, textarea, select, [contenteditable], audio, video'
const CONTROLS = `${FIELDS}, button, a, summary, [role='button'], [role='slider'], [role='tab'], [role='option'], [role='radio']`

/** Whether Space belongs to this element. @param {EventTarget|null} target */
function keepsSpace(target) {
  if (!(target instanceof Element)) return false
  return target.closest(FIELDS) !== null || (target.closest("dialog, [role='dialog']") !== null && target.closest(CONTROLS) !== null)
}

/** @param {{ mayTalk: () => boolean, talk: (on: boolean) => void }} actions  `mayTalk`: I am on a stage */
export function listenToTalkKey({ mayTalk, talk }) {
  let held = false
  let passed = false // the present press was left to an element, and so is its end

  function release() {
    if (!held) return
    held = false
    talk(false)
  }

  /** Neither the page nor the element with the focus gets this event: Firefox presses a button when the key goes up, Chromium scrolls. */
  function keep(/** @type {KeyboardEvent} */ event) {
    event.preventDefault()
    event.stopImmediatePropagation()
  }

  function down(/** @type {KeyboardEvent} */ event) {
    if (event.key === 'Meta') release() // macOS reports no end of other keys while this one is held
    if (event.key !== ' ') return
    if (held) return keep(event) // a repetition, perhaps with the focus elsewhere
    // A repetition without a beginning: the press was ended, for example by another window.
    if (event.repeat && !passed && mayTalk() && !keepsSpace(event.target)) return keep(event)
    if (event.repeat) return
    passed = event.isComposing || event.ctrlKey || event.metaKey || event.altKey || !mayTalk() || keepsSpace(event.target)
    if (passed) return
    keep(event)
    held = true
    talk(true)
  }

  function up(/** @type {KeyboardEvent} */ event) {
    if (event.key !== ' ') return
    if (held || (!passed && mayTalk() && !keepsSpace(event.target))) keep(event)
    passed = false
    release()
  }

  addEventListener('keydown', down, { capture: true })
  addEventListener('keyup', up, { capture: true })
  // After these no end of the press is reported.
  addEventListener('blur', release)
  addEventListener('pagehide', release)
  addEventListener('contextmenu', release)
  document.addEventListener('visibilitychange', release)
}
