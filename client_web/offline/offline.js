export {}

// The address is still that of the page which could not be reached.
addEventListener('online', () => location.reload())
