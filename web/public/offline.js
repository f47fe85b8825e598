// What can be read without network: see sw.js. Browsers inside other apps may know no such worker.
'use strict';
const KEPT = 'bookings';
// The board as it was last seen, which its page keeps.
const BOARD = 'doorstep-board-seen';
// How to say that the network is gone; nothing where nobody is signed in.
const { offline } = document.currentScript.dataset;

if (!offline) {
  localStorage.removeItem(location.pathname.startsWith('/staff') ? BOARD : KEPT);
} else if ('serviceWorker' in navigator) {
  navigator.serviceWorker.register('/sw.js').catch(() => {});
  const page = ['/bookings', '/staff/board'].find(page => location.pathname.startsWith(page));
  if (page) {
    addEventListener('load', () => navigator.serviceWorker.ready.then(registration => {
      const names = performance.getEntriesByType('resource').map(entry => entry.name);
      registration.active.postMessage({ page, names });
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
