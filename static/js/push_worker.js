/* Part of the service worker: push notifications, and what a click on one opens. */
"use strict";

function read(data) {
  try {
    return data?.json() ?? {};
  } catch {
    return {}; // another sender's
  }
}

self.addEventListener("push", (event) => {
  const { title = "anirec", body = "", path = "/notifications/", tag = "anirec" } = read(event.data);
  const options = { body, tag, icon: self.pushIcon, badge: self.pushIcon, data: { path } };
  event.waitUntil(self.registration.showNotification(title, options));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const address = new URL(event.notification.data?.path ?? "/", self.location.origin);
  if (address.origin !== self.location.origin) return;
  event.waitUntil(
    self.clients.matchAll({ type: "window", includeUncontrolled: true }).then((windows) => {
      const open = windows.find((one) => new URL(one.url).pathname === address.pathname);
      return open ? open.focus() : self.clients.openWindow(address.href);
    }),
  );
});
