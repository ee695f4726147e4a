export {}

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
