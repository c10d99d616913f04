// Keeps the list at the door of the orders that were looked at, so that it opens without a line. Nothing else.
"use strict";

const KEPT = "qilin-door-1";
const LIST = /^\/desk\/orders\/[^/]+\/door$/;
/** Lists that are kept; the oldest go. */
const MOST = 20;

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  const forget = async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("qilin-door-") && name !== KEPT) await caches.delete(name);
    }
    await self.clients.claim();
  };
  event.waitUntil(forget());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (LIST.test(url.pathname) && event.request.mode === "navigate") event.respondWith(list(event.request, url.pathname));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(asset(event.request));
});

// The newest list while there is a line, else the one that is kept.
async function list(request, path) {
  const kept = await caches.open(KEPT);
  try {
    const fresh = await fetch(request);
    if (fresh.ok && !fresh.redirected) await put(kept, path, fresh.clone());
    // signed out, or no longer theirs: what is kept is not for whoever holds the phone now
    else if (fresh.type === "opaqueredirect" || fresh.status === 403 || fresh.status === 404) await kept.delete(path);
    return fresh;
  } catch (offline) {
    const before = await kept.match(path);
    if (before) return before;
    throw offline;
  }
}

async function put(kept, path, page) {
  await kept.delete(path);
  await kept.put(path, page);
  const lists = (await kept.keys()).filter((request) => LIST.test(new URL(request.url).pathname));
  for (const old of lists.slice(0, -MOST)) await kept.delete(old);
}

// Files are named with their version, so a kept one is never stale.
async function asset(request) {
  const kept = await caches.open(KEPT);
  const before = await kept.match(request);
  if (before) return before;
  const fresh = await fetch(request);
  if (fresh.ok && new URL(request.url).search) await kept.put(request, fresh.clone());
  return fresh;
}
