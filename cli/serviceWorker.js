// The service worker of a build: after the first visit the app opens without a network. The build writes VERSION, ENTRY,
// HEADERS, FILES and LATER above these lines. A new version waits until the page says `take over`; it never does so by itself.

const SCOPE = self.registration.scope;
// Another copy of the app may live on the same host, under another path.
const MINE = `lodestone ${SCOPE} `;
const CACHE = MINE + VERSION;
const INDEX = 'index.html';

self.addEventListener('install', (event) => event.waitUntil(store()));
self.addEventListener('activate', (event) => event.waitUntil(takeOver()));
self.addEventListener('message', (event) => {
  if (event.data === 'take over') void self.skipWaiting();
});
self.addEventListener('fetch', (event) => {
  const file = fileOf(event.request);
  if (file !== null) event.respondWith(answer(event.request, file));
});

/** Keeps all files, or none. */
async function store() {
  const cache = await caches.open(CACHE);
  try {
    await Promise.all(FILES.map(async (file) => cache.put(SCOPE + file, await fetched(file))));
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
}

/** One file as it will be answered, under the content policy and isolated also where the host sends no headers. */
async function fetched(file) {
  // Hosts may redirect from index.html to the folder, and a redirected answer opens no page.
  const response = await fetch(SCOPE + (file === INDEX ? '' : file), { cache: 'no-cache' });
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  const body = await response.arrayBuffer();
  // In the middle of a deployment the page may still be the old one, which needs files that this version does not have.
  if (file === INDEX && !new TextDecoder().decode(body).includes(ENTRY))
    throw new Error('index.html is of another version');
  const headers = new Headers(response.headers);
  for (const name of ['Content-Encoding', 'Content-Length']) headers.delete(name);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  return new Response(body, { headers });
}

async function takeOver() {
  const cache = await caches.open(CACHE);
  // Their names contain a hash of their content, so an old one is as good.
  for (const file of LATER) {
    const kept = await caches.match(SCOPE + file);
    if (kept) await cache.put(SCOPE + file, kept);
  }
  for (const key of await caches.keys()) if (key.startsWith(MINE) && key !== CACHE) await caches.delete(key);
  await self.clients.claim();
}

/** The file of this build that a request asks for; null for all else, which is the network's. */
function fileOf(request) {
  const url = new URL(request.url);
  const address = url.origin + url.pathname;
  if (request.method !== 'GET' || !address.startsWith(SCOPE)) return null;
  const file = address.slice(SCOPE.length) || INDEX;
  return FILES.includes(file) || LATER.includes(file) ? file : null;
}

async function answer(request, file) {
  const stored = await caches.match(SCOPE + file, { cacheName: CACHE, ignoreVary: true });
  if (stored) return stored;
  const response = await fetch(request);
  // What only few need is kept once it was needed; without room for it, it is fetched again.
  if (LATER.includes(file) && response.ok)
    await (await caches.open(CACHE)).put(SCOPE + file, response.clone()).catch(() => undefined);
  return response;
}
