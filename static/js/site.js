/* Progressive enhancement: the site works without this script. */
"use strict";

const byId = (id) => document.getElementById(id);

/* --- search: "/" focuses it, arrow keys move through the suggestions --- */

function chooseSuggestion(step) {
  const options = [...document.querySelectorAll("#suggestions a[role=option]")];
  if (!options.length) return;
  const now = options.findIndex((option) => option.ariaSelected === "true");
  const next = (now + step + options.length + (now < 0 && step < 0 ? 1 : 0)) % options.length;
  options.forEach((option, index) => option.setAttribute("aria-selected", index === next));
  options[next].scrollIntoView({ block: "nearest" });
  byId("search-input").setAttribute("aria-activedescendant", options[next].id);
}

function closeSuggestions() {
  const input = byId("search-input");
  byId("suggestions").replaceChildren();
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function onSearchKey(event) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    chooseSuggestion(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Escape") {
    closeSuggestions();
  } else if (event.key === "Enter") {
    const chosen = document.querySelector("#suggestions [aria-selected=true]");
    if (chosen) {
      event.preventDefault();
      chosen.click();
    }
  }
}

/* --- shortcuts: "?" lists them, "g" and a letter opens a page, "j" and "k" move through the titles --- */

let going = 0;

function onShortcut(key) {
  const isGoing = performance.now() < going;
  going = key === "g" ? performance.now() + 1500 : 0;
  if (isGoing) document.querySelector(`.nav [data-key="${CSS.escape(key)}"]`)?.click();
  else if (key === "?") byId("shortcuts").showModal();
  else if (key === "j" || key === "k") walk(key === "j" ? 1 : -1);
}

function walk(step) {
  const links = [...document.querySelectorAll("main :is(.card, .entry, .review) :is(h2, h3) a")];
  const now = links.findIndex((link) => link.closest(".card, .entry, .review").contains(document.activeElement));
  links[Math.min(Math.max(now + step, 0), links.length - 1)]?.focus();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.target.id === "search-input") {
    onSearchKey(event);
  } else if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    byId("search-input").focus();
  } else if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    onShortcut(event.key);
  }
  if (event.key === "Escape") {
    const open = document.querySelector("details.menu[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  }
});

document.addEventListener("click", (event) => {
  if (!event.target.closest(".search")) closeSuggestions();
  const opener = event.target.closest("[data-open]");
  if (opener) document.querySelector(opener.dataset.open).showModal();
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  event.target.closest(".toast .close")?.closest(".toast").remove();
});

/* --- messages disappear on their own unless hovered or focused --- */

const READING_TIME = 8000;

function expire(toast) {
  if (toast.matches(".asks")) return; // a question waits for its answer
  setTimeout(() => (toast.matches(":hover, :focus-within") ? expire(toast) : toast.remove()), READING_TIME);
}

function complain(text) {
  const toast = document.createElement("div");
  toast.className = "toast error";
  toast.append(Object.assign(document.createElement("p"), { textContent: text }));
  byId("toasts").append(toast);
}

new MutationObserver((changes) => {
  for (const { addedNodes } of changes) for (const node of addedNodes) if (node.nodeType === 1) expire(node);
}).observe(byId("toasts"), { childList: true });
document.querySelectorAll("#toasts > .toast").forEach(expire);

/* --- the theme changes at once; the form tells the server --- */

document.addEventListener("submit", (event) => {
  if (!event.target.matches(".themes")) return;
  document.documentElement.dataset.theme = event.submitter.value;
  event.target.querySelectorAll("button").forEach((button) => {
    button.setAttribute("aria-pressed", button === event.submitter);
  });
});

/* --- submit on change --- */

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

/* --- htmx: show errors and keep the focus --- */

let lastPlace = null;

document.addEventListener("htmx:beforeRequest", () => {
  const focused = document.activeElement;
  const cards = [...document.querySelectorAll("main .card, main .entry")];
  const index = cards.findIndex((card) => card.contains(focused));
  lastPlace = index < 0 ? lastPlace : { index, name: focused.name ?? "", value: focused.value ?? "" };
});

document.addEventListener("htmx:afterSettle", () => {
  if (!lastPlace || document.activeElement !== document.body) return;
  const card = [...document.querySelectorAll("main .card, main .entry")][lastPlace.index];
  const buttons = card ? [...card.querySelectorAll("button, select, a[href]:not([tabindex])")] : [];
  const { name, value } = lastPlace;
  const sameName = buttons.filter((button) => name && button.name === name);
  const same = sameName.find((button) => button.value === value) ?? sameName[0];
  (same ?? buttons[0])?.focus({ preventScroll: true });
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "suggestions") {
    byId("search-input").setAttribute("aria-expanded", String(event.target.childElementCount > 0));
  }
});

/* Leave empty parameters out of the URL. */
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get") return;
  for (const [name, value] of [...detail.formData]) if (value === "") detail.formData.delete(name);
});

/* Replace a section that fails to load with an error. */
document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  if (detail.failed && target.matches?.("[data-wait]")) target.textContent = document.body.dataset.notLoaded;
});

document.addEventListener("htmx:sendError", () => complain(document.body.dataset.unreachable));
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  const { refused, gone, tooOften, failed } = document.body.dataset;
  complain({ 403: refused, 404: gone, 429: tooOften }[status] ?? failed);
});

/* --- the browser's time zone: filled in at sign-up, offered when it keeps another time than the account's --- */

const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const HALF_YEAR = 182 * 24 * 3600 * 1000;

function clocks(zone) {
  return [0, HALF_YEAR].map((ahead) => new Date(Date.now() + ahead).toLocaleString("en", { timeZone: zone })).join();
}

document.querySelectorAll("[data-browser-zone]").forEach((field) => {
  field.value = browserZone;
});

function offerZone(offer) {
  const dismissed = `zone-kept-${browserZone}`;
  if (localStorage.getItem(dismissed) || clocks(browserZone) === clocks(offer.dataset.zone)) return;
  offer.querySelectorAll("[data-zone-name]").forEach((name) => {
    name.textContent = browserZone.replaceAll("_", " ");
  });
  offer.querySelector(".close").addEventListener("click", () => {
    localStorage.setItem(dismissed, "1");
    offer.remove();
  });
  offer.hidden = false;
}

if (byId("zone-offer")) offerZone(byId("zone-offer"));

/* --- service worker with an offline page --- */

navigator.serviceWorker?.register(document.body.dataset.worker);
