// The event day's page: it counts down, keeps what is entered without a network and sends it once, and stays as it is typed
// while it looks again. Without this script the page works by its forms.
"use strict";

const worker = document.currentScript.dataset.worker;
const FRESH = 120000; // milliseconds that a page in store may be older than the one that is shown
let stored = performance.timeOrigin;
const storePage = async () => {
  stored = Date.now();
  await caches.open("my-day-pages").then((pages) => pages.add(location.href)).catch(() => {});
};
if (navigator.serviceWorker) {
  navigator.serviceWorker.register(worker, { scope: "/my-day/" }).catch(() => {});
  navigator.serviceWorker.ready.then(() => { if (!navigator.serviceWorker.controller) storePage(); });
}

// Clocks -------------------------------------------------------------------------------------------------------------

const twoDigits = (number) => String(number).padStart(2, "0");
const inWords = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });
const away = (milliseconds) => {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 0) return inWords.format(-Math.floor(-seconds / 60), "minute");
  if (seconds < 3600) return `${twoDigits(Math.floor(seconds / 60))}:${twoDigits(seconds % 60)}`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)}:${twoDigits(Math.floor(seconds / 60) % 60)}:${twoDigits(seconds % 60)}`;
  return inWords.format(Math.round(seconds / 86400), "day");
};

const cockpit = document.querySelector("[data-cockpit]");
let alarmed = "";
const alarm = () => {
  const at = document.getElementById("now").dataset.alarmAt;
  const late = Date.now() - new Date(at);
  if (at === alarmed || late < 0 || late > 60000) return;
  alarmed = at;
  document.getElementById("alarm").textContent = cockpit.dataset.alarm;
  navigator.vibrate?.([200, 100, 200]);
};
const beat = () => {
  for (const place of document.querySelectorAll("[data-clock]")) place.textContent = away(new Date(place.dataset.clock) - Date.now());
  for (const place of document.querySelectorAll("[data-gone-at]")) place.hidden = Date.now() > new Date(place.dataset.goneAt);
  if (cockpit) alarm();
};
beat();
setInterval(beat, 1000);

// What is entered ----------------------------------------------------------------------------------------------------

if (cockpit && window.indexedDB) {
  const who = cockpit.dataset.who;
  const place = (id) => document.getElementById(id);
  const RETRY = 5000; // milliseconds between two tries while something is kept
  const PATIENCE = 15000;
  let sending = false;
  let reached = navigator.onLine;

  const say = (words) => { place("said").textContent = words; };
  const token = () => document.querySelector("input[name=csrfmiddlewaretoken]").value;

  const show = async () => {
    const kept = await dayQueue.of(who);
    place("offline").hidden = reached && navigator.onLine;
    const count = place("kept");
    count.hidden = !kept.length;
    count.textContent = kept.length === 1 ? cockpit.dataset.keptOne : cockpit.dataset.keptMany.replace("{n}", kept.length);
    const waiting = new Set(kept.map((entry) => new URLSearchParams(entry.fields).get("task")));
    for (const row of document.querySelectorAll("[data-task]")) {
      row.classList.toggle("waiting", waiting.has(row.dataset.task));
      row.querySelector(".waiting-words").hidden = !waiting.has(row.dataset.task);
    }
  };

  const reachedNow = (is) => { reached = is; return show(); };

  // A page from the phone's own store may carry an old form token: the portal's own page has a new one.
  const newToken = async () => {
    const page = await (await fetch(location.href, { signal: AbortSignal.timeout(PATIENCE) })).text();
    const fresh = new DOMParser().parseFromString(page, "text/html").querySelector("input[name=csrfmiddlewaretoken]");
    if (fresh) for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = fresh.value;
  };

  const post = (entry) => {
    const body = new URLSearchParams(entry.fields);
    body.set("ago", Math.max(0, Date.now() - entry.made) / 1000);
    body.set("csrfmiddlewaretoken", token());
    return fetch(entry.action, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
  };

  // What somebody filled in stays on the page while the portal may still refuse it.
  const filledIn = new Map();
  const emptied = (id) => {
    const form = filledIn.get(id);
    filledIn.delete(id);
    if (!form?.isConnected) return;
    form.reset();
    const around = form.closest("details");
    if (around) around.open = false;
  };

  // Gives back what the portal said when it has taken or refused it, null when it has to be tried again.
  const send = async (entry) => {
    let answer = await post(entry);
    if (answer.status === 403 && !answer.headers.get("Content-Type")?.includes("json")) {
      await newToken();
      answer = await post(entry);
    }
    if (answer.type === "opaqueredirect") { say(cockpit.dataset.signIn); return null; }
    if (answer.headers.get("Content-Type")?.includes("json")) {
      if (answer.ok) emptied(entry.id);
      return (await answer.json()).said;
    }
    if (answer.status === 404) return cockpit.dataset.gone;
    say(cockpit.dataset.failed);
    return null;
  };

  const flush = async () => {
    if (sending || !navigator.onLine) return show();
    sending = true;
    const words = [];
    try {
      for (const entry of await dayQueue.of(who)) {
        const said = await send(entry);
        if (said === null) break;
        await dayQueue.forget(entry.id);
        if (said && !words.includes(said)) words.push(said);
        if (!said) say("");
      }
      reached = true;
    } catch {
      reached = false;
    }
    sending = false;
    if (words.length) say(words.join(" "));
    await show();
    if (reached) htmx.trigger(document.body, "look-again");
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-act]");
    if (!form) return;
    event.preventDefault();
    const fields = new FormData(form);
    if (event.submitter?.name) fields.append(event.submitter.name, event.submitter.value);
    if (form.dataset.act !== "row") fields.set("key", crypto.randomUUID());
    const kept = fields.has("task") && !sending && (await dayQueue.of(who)).find((each) => new URLSearchParams(each.fields).get("task") === fields.get("task"));
    const id = crypto.randomUUID();
    if (kept) await dayQueue.forget(kept.id); // not sent yet: pressing again takes it back
    else await dayQueue.keep({ id, who, action: form.action, fields: new URLSearchParams(fields).toString(), made: Date.now() });
    filledIn.set(id, form);
    await show();
    await flush();
    if ((await dayQueue.of(who)).some((entry) => entry.id === id)) emptied(id);
  });

  window.addEventListener("online", flush);
  window.addEventListener("offline", () => reachedNow(false));
  setInterval(async () => { if ((await dayQueue.of(who)).length) await flush(); }, RETRY);
  flush();

  // Looking again ----------------------------------------------------------------------------------------------------

  const isTyped = (field) => field.type === "radio" || field.type === "checkbox" ? field.checked !== field.defaultChecked
    : field.tagName === "SELECT" ? [...field.options].some((option) => option.selected !== option.defaultSelected)
    : field.type !== "hidden" && field.value !== field.defaultValue;
  const inUse = (section) => section.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")
    || [...section.querySelectorAll("input, textarea, select")].some(isTyped);

  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id === "live" && (document.hidden || !navigator.onLine)) event.preventDefault();
  });
  document.body.addEventListener("htmx:sendError", () => reachedNow(false));
  document.body.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful && !reached) flush(); });

  // What somebody is typing stays; the page then asks for everything again until it may be swapped.
  let held = false;
  const opened = new Set();
  document.body.addEventListener("htmx:beforeSwap", () => {
    held = false;
    opened.clear();
    for (const each of cockpit.querySelectorAll("details[open]")) opened.add(each.id);
  });
  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (event.detail.target.id === "seen" || !inUse(event.detail.target)) return;
    event.detail.shouldSwap = false;
    held = true;
  });
  document.body.addEventListener("htmx:afterRequest", async (event) => {
    if (event.target.id !== "live" || event.detail.xhr?.status !== 200) return;
    for (const id of opened) { const each = id && place(id); if (each) each.open = true; }
    if (held) place("seen").value = "";
    beat();
    await show();
    if (navigator.serviceWorker?.controller && Date.now() - stored > FRESH) await storePage();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
}
