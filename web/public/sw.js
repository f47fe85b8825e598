// Keeps one page of the family's for when there is no network at the nursery's door: the bookings to come, with their
// codes. Nothing else that is personal is kept, and that page goes when its owner signs out.
'use strict';

const MINE = 'mine';
const PARTS = 'parts';
const TICKETS = '/bookings';
const OFFLINE = '/offline';

self.addEventListener('install', event => {
  event.waitUntil(caches.open(PARTS).then(parts => parts.add(OFFLINE)).then(() => self.skipWaiting()));
});

self.addEventListener('activate', event => event.waitUntil(self.clients.claim()));

// A page tells what it is made of, because it may have been loaded before there was anybody to keep it.
self.addEventListener('message', event => {
  const parts = event.data.map(name => new URL(name)).filter(url => url.origin === self.location.origin && isPart(url));
  const tickets = () => fetch(TICKETS, { credentials: 'same-origin' }).then(keep);
  event.waitUntil(Promise.all(parts.map(url => part(new Request(url)))).then(tickets).catch(() => {}));
});

self.addEventListener('fetch', event => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method !== 'GET') {
    if (leaves(request, url)) event.respondWith(afterForgetting(request));
    return;
  }
  if (request.mode === 'navigate') event.respondWith(page(request, url));
  else if (isPart(url)) event.respondWith(part(request));
});

// Signing out and erasing the account.
function leaves(request, url) {
  return ['/sign-out', '/me/delete'].includes(url.pathname) || url.pathname === '/api/v1/auth/sessions/current';
}

async function afterForgetting(request) {
  await caches.delete(MINE);
  return fetch(request);
}

async function page(request, url) {
  const isTickets = url.pathname === TICKETS && url.search === '';
  try {
    const response = await fetch(request);
    if (isTickets) await keep(response);
    return response;
  } catch (error) {
    const kept = url.pathname === TICKETS ? await caches.match(TICKETS, { cacheName: MINE }) : undefined;
    if (kept) return new Response((await kept.text()).replace('<body', '<body data-kept'), { headers: kept.headers });
    return (await caches.match(OFFLINE, { cacheName: PARTS })) ?? Promise.reject(error);
  }
}

async function keep(response) {
  // Led to sign-in: whoever was signed in is not any more.
  if (response.redirected || response.status === 401) return caches.delete(MINE);
  if (response.ok) return (await caches.open(MINE)).put(TICKETS, response.clone());
}

// Files whose name changes with their content.
function isPart(url) {
  return url.pathname.startsWith('/pkg/') || /-[0-9a-f]{8,}[./_]/.test(url.pathname);
}

async function part(request) {
  const parts = await caches.open(PARTS);
  const kept = await parts.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await parts.put(request, response.clone());
  return response;
}
