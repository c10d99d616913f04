// Keeps the delivery form on the device, so that it opens without a line. Nothing else is kept.
"use strict";

const KEPT = "qilin-delivery-form-1";
const FORM = "/desk/deliveries/new";

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  const forget = async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("qilin-delivery-form-") && name !== KEPT) await caches.delete(name);
    }
    await self.clients.claim();
  };
  event.waitUntil(forget());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname === FORM && event.request.mode === "navigate") event.respondWith(form(event.request));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(asset(event.request));
});

// The newest form while there is a line, else the one that is kept.
async function form(request) {
  const kept = await caches.open(KEPT);
  try {
    const fresh = await fetch(request);
    if (fresh.ok && !fresh.redirected) await kept.put(FORM, fresh.clone());
    // signed out, or the role is gone: the form of before is not for whoever holds the phone now
    else if (fresh.type === "opaqueredirect" || fresh.status === 403) await kept.delete(FORM);
    return fresh;
  } catch (offline) {
    const before = await kept.match(FORM);
    if (before) return before;
    throw offline;
  }
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
