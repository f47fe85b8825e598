// Where a family is signed in there is something to keep: see sw.js. Browsers inside other apps may have no such thing.
'use strict';
if ('serviceWorker' in navigator) {
  navigator.serviceWorker.register('/sw.js').catch(() => {});
  if (location.pathname.startsWith('/bookings')) {
    addEventListener('load', () => navigator.serviceWorker.ready.then(registration => {
      registration.active.postMessage(performance.getEntriesByType('resource').map(entry => entry.name));
    }));
  }
}
