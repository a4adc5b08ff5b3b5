{% load static %}/* Pages come from the network; without one, a page that says so. Styles are kept for it. */
"use strict";

self.pushIcon = "{% static 'img/icon-192.png' %}";
importScripts("{% static 'js/push_worker.js' %}");

const KEPT = "anirec-{% static 'css/site.css' %}";
const OFFLINE = "{% url 'offline' %}";

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(KEPT).then((cache) => cache.addAll([OFFLINE, "{% static 'css/site.css' %}", "{% static 'img/favicon.svg' %}"])),
  );
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)))),
  );
});

self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate") {
    event.respondWith(fetch(event.request).catch(() => caches.match(OFFLINE)));
  } else if (!navigator.onLine && event.request.method === "GET") {
    event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)));
  }
});
