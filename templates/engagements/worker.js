// Keeps the pages of my day, so that they can be read without a network. Everything goes to the network first; what it
// answered last is shown only when it cannot be reached. What is written never passes here: the page keeps it itself.
"use strict";

const SHELL = {{ shell|safe }};
const PAGES = "my-day-pages";
const FILES = "my-day-files-{{ version }}";
const SIGN_IN = "{{ sign_in|escapejs }}";
const PATIENCE = 8000; // milliseconds; after that the network counts as gone

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(FILES).then((files) => files.addAll(SHELL)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("my-day-files-") && name !== FILES;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, address));
  else if (SHELL.includes(address.pathname)) event.respondWith(file(request));
});

async function page(request, address) {
  const pages = await caches.open(PAGES);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    if (answer.type === "opaqueredirect" || (answer.redirected && new URL(answer.url).pathname.startsWith(SIGN_IN))) await caches.delete(PAGES);
    else if (answer.ok && address.pathname.startsWith("/my-day/")) await pages.put(request.url, answer.clone());
    return answer;
  } catch {
    const kept = (await pages.match(request.url)) || (await pages.match(request.url, { ignoreSearch: true }));
    return kept || new Response("<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'><title>{{ title|escapejs }}</title><h1>{{ title|escapejs }}</h1><p>{{ words|escapejs }}", { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
  }
}

async function file(request) {
  const files = await caches.open(FILES);
  try {
    const answer = await fetch(request);
    if (answer.ok) await files.put(request.url, answer.clone());
    return answer;
  } catch {
    return (await files.match(request.url)) || Response.error();
  }
}
