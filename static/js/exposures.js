/* Report impressions and clicks of a widget's titles. */
"use strict";

if (!window.exposures) {
  window.exposures = true;
  const address = document.currentScript?.dataset.to ?? document.querySelector("script[data-to]").dataset.to;
  const noted = new Set();
  let waiting = new Map();

  function note(kind, card) {
    const widget = card.closest("[data-ticket]");
    const title = Number(card.id.replace("card-", ""));
    if (!widget || !title) return;
    const ticket = widget.dataset.ticket;
    const key = `${ticket} ${kind} ${title}`;
    if (noted.has(key)) return;
    noted.add(key);
    if (!waiting.size) setTimeout(send, 2000);
    if (!waiting.has(ticket)) waiting.set(ticket, { ticket, seen: [], opened: [] });
    waiting.get(ticket)[kind].push([title, [...widget.querySelectorAll(".card")].indexOf(card)]);
  }

  function send() {
    if (waiting.size) navigator.sendBeacon(address, JSON.stringify([...waiting.values()]));
    waiting = new Map();
  }

  /* An impression: at least half visible for half a second. */
  const timers = new WeakMap();
  const observer = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) {
      clearTimeout(timers.get(target));
      if (isIntersecting) timers.set(target, setTimeout(() => (observer.unobserve(target), note("seen", target)), 500));
    }
  }, { threshold: 0.5 });
  const observe = (root) => root.querySelectorAll("[data-ticket] .card").forEach((card) => observer.observe(card));

  function onOpen(event) {
    const card = event.target.closest(".card");
    if (!card || !event.target.closest("a[href], button")) return;
    note("seen", card);
    if (event.target.closest("a[href]")) note("opened", card);
    send(); // the page may be left now
  }

  document.addEventListener("click", onOpen);
  document.addEventListener("auxclick", onOpen);
  document.addEventListener("submit", send);
  document.addEventListener("htmx:load", (event) => observe(event.target));
  document.addEventListener("visibilitychange", () => document.hidden && send());
  window.addEventListener("pagehide", send);
  observe(document);
}
