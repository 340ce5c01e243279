"use strict";

// Unfold's menus of actions open by mouse only: a link without an address takes no focus.
document.addEventListener("DOMContentLoaded", () => {
  const first = () => [...document.querySelectorAll("body > nav a[href]")].find((link) => link.offsetParent);
  let opened = null;
  for (const opener of document.querySelectorAll("li[x-ref] > a:not([href])")) {
    opener.tabIndex = 0;
    opener.setAttribute("role", "button");
    opener.setAttribute("aria-haspopup", "true");
    opener.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      opener.click();
      opened = opener;
      setTimeout(() => first()?.focus(), 50); // once Alpine has shown them
    });
  }
  document.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !opened || !first()) return;
    opened.click();
    opened.focus();
    opened = null;
  });
});
