import { inWords } from '../words/language.js'

/** @param {string} selector @param {string} text */
const say = (selector, text) => {
  const found = document.querySelector(selector)
  if (found) found.textContent = text
}

document.title = inWords('Offline · Roomtone')
say('h1', inWords('You are offline'))
say('p', inWords('Roomtone cannot be reached. Check your connection. When it is back, this page opens by itself, or try again now.'))
say('a', inWords('Try again'))

/** The address is still that of the page that could not be reached. It is opened when the relay answers: to be online says only that there is some network. */
async function look() {
  try {
    if (document.visibilityState === 'visible' && (await fetch(location.href, { method: 'HEAD', cache: 'no-store' }))) location.reload()
  } catch {
    // not yet
  }
}

const lookSoon = () => setTimeout(() => look().then(lookSoon), 3000 + 4000 * Math.random()) // not all browsers at the same time

if (!/\boffline$/u.test(location.pathname)) {
  lookSoon()
  addEventListener('online', look)
}
