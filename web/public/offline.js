// What a family can read without network: see sw.js. Browsers inside other apps may know no such worker.
'use strict';
const KEPT = 'bookings';
// How to say that the network is gone; nothing where nobody is signed in.
const { offline } = document.currentScript.dataset;

if (!offline) {
  localStorage.removeItem(KEPT);
} else if ('serviceWorker' in navigator) {
  navigator.serviceWorker.register('/sw.js').catch(() => {});
  if (location.pathname.startsWith('/bookings')) {
    addEventListener('load', () => navigator.serviceWorker.ready.then(registration => {
      registration.active.postMessage(performance.getEntriesByType('resource').map(entry => entry.name));
    }));
  }
} else {
  // Without a worker the page that is open has them at hand, where a link to them cannot be followed.
  const main = document.querySelector('main');
  if (location.pathname === '/bookings' && !location.search) {
    localStorage.setItem(KEPT, JSON.stringify({ at: new Date().toTimeString().slice(0, 5), html: main.innerHTML }));
  }
  addEventListener('submit', event => {
    if (['/sign-out', '/me/delete'].includes(new URL(event.target.action).pathname)) localStorage.removeItem(KEPT);
  });
  addEventListener('click', event => {
    const kept = event.target.closest('a[href="/bookings"]') && localStorage.getItem(KEPT);
    if (navigator.onLine || !kept) return;
    event.preventDefault();
    const { at, html } = JSON.parse(kept);
    const notice = document.createElement('p');
    notice.className = 'notice warn';
    notice.textContent = offline.replace('{time}', at);
    main.innerHTML = html;
    main.prepend(notice);
    main.focus();
    scrollTo(0, 0);
    addEventListener('online', () => location.assign('/bookings'));
  });
}
