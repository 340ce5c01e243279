// Small improvements to pages that work without them.
"use strict";

// Errors take the focus, so a screen reader says them and the keyboard starts there.
document.querySelector("[data-takes-focus]")?.focus();

// A number can be copied with one click; the button is hidden until this script has run.
for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  const words = button.querySelector("[data-words]");
  const before = words.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    words.textContent = button.dataset.copied;
    setTimeout(() => { words.textContent = before; }, 2000);
  });
}

// A second click on a form that is already on its way does nothing. The server refuses doubles too.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post") || form.hasAttribute("data-act")) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  form.querySelectorAll("button:not([type=button])").forEach((button) => button.setAttribute("aria-disabled", "true"));
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
  }
});

// Who signs out takes along what a phone has kept to read without a network.
document.addEventListener("submit", (event) => {
  if (window.caches && event.target.action.endsWith("/accounts/logout/")) caches.delete("my-day-pages");
});

// Until when a time is held counts down in place, in the words of the page's language.
const inMinutes = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });
const countDown = () => {
  for (const place of document.querySelectorAll("[data-until]")) {
    const minutes = Math.ceil((new Date(place.dataset.until) - Date.now()) / 60000);
    const words = minutes > 0 ? inMinutes.format(minutes, "minute") : place.dataset.gone;
    if (place.textContent !== words) place.textContent = words;
  }
};
if (document.querySelector("[data-until]")) { countDown(); setInterval(countDown, 5000); }

// What htmx does by itself needs no button.
if (window.htmx) for (const place of document.querySelectorAll("[data-without-script]")) place.hidden = true;

// Open menus close on Escape and on a click elsewhere.
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
};
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
