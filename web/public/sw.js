// Keeps two pages for when there is no network: a family's bookings to come, with their codes, and the board of a nursery.
// Nothing else that is personal is kept, and a page goes when its owner signs out.
'use strict';

const PARTS = 'parts';
const OFFLINE = '/offline';
// What is kept, each in a cache of its own.
const KEPT = new Map([['/bookings', 'mine'], ['/staff/board', 'board']]);
// What takes it away: signing out, erasing the account, going to work for another nursery.
const LEAVES = new Map([
  ['/sign-out', 'mine'], ['/me/delete', 'mine'], ['/api/v1/auth/sessions/current', 'mine'],
  ['/staff/sign-out', 'board'], ['/staff/nursery', 'board'], ['/api/v1/staff/sessions/current', 'board'],
]);

self.addEventListener('install', event => {
  event.waitUntil(caches.open(PARTS).then(parts => parts.add(OFFLINE)).then(() => self.skipWaiting()));
});

self.addEventListener('activate', event => event.waitUntil(self.clients.claim()));

// A page tells what it is made of, because it may have been loaded before there was anybody to keep it.
self.addEventListener('message', event => {
  const { page, names } = event.data;
  const parts = names.map(name => new URL(name)).filter(url => url.origin === self.location.origin && isPart(url));
  const whole = () => fetch(page, { credentials: 'same-origin' }).then(response => keep(page, response));
  event.waitUntil(Promise.all(parts.map(url => part(new Request(url)))).then(whole).catch(() => {}));
});

self.addEventListener('fetch', event => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method !== 'GET') {
    if (LEAVES.has(url.pathname)) event.respondWith(afterForgetting(request, LEAVES.get(url.pathname)));
    return;
  }
  if (request.mode === 'navigate') event.respondWith(page(request, url));
  else if (isPart(url)) event.respondWith(part(request));
});

async function afterForgetting(request, cache) {
  await caches.delete(cache);
  return fetch(request);
}

async function page(request, { pathname, search }) {
  try {
    const response = await fetch(request);
    if (KEPT.has(pathname) && search === '') await keep(pathname, response);
    return response;
  } catch (error) {
    const kept = KEPT.has(pathname) && await caches.match(pathname, { cacheName: KEPT.get(pathname) });
    if (kept) return new Response((await kept.text()).replace('<body', '<body data-kept'), { headers: kept.headers });
    return (await caches.match(OFFLINE, { cacheName: PARTS })) ?? Promise.reject(error);
  }
}

async function keep(pathname, response) {
  const cache = KEPT.get(pathname);
  // Led to sign-in: whoever was signed in is not any more.
  if (response.redirected || response.status === 401) return caches.delete(cache);
  if (response.ok) return (await caches.open(cache)).put(pathname, response.clone());
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
