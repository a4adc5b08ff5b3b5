/* The page of push devices: subscribes this browser after a click, and says why if that can't be. */
"use strict";

const panel = document.getElementById("push-here");

function say(name) {
  panel.querySelectorAll("[role=status] > p").forEach((line) => {
    line.hidden = line.id !== `push-${name}`;
  });
}

function decoded(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

async function subscription(manager) {
  const options = { userVisibleOnly: true, applicationServerKey: decoded(panel.dataset.key) };
  try {
    return await manager.subscribe(options);
  } catch (error) {
    if (error.name !== "InvalidStateError") throw error;
    await (await manager.getSubscription())?.unsubscribe(); // made with another key
    return manager.subscribe(options);
  }
}

async function turnOn() {
  if ((await Notification.requestPermission()) !== "granted") return say("denied");
  say("waiting");
  try {
    const { pushManager } = await navigator.serviceWorker.ready;
    const { endpoint, keys } = (await subscription(pushManager)).toJSON();
    const { form } = panel.querySelector("[name=endpoint]");
    form.endpoint.value = endpoint;
    form.p256dh.value = keys.p256dh;
    form.auth.value = keys.auth;
    form.submit();
  } catch {
    say("failed");
  }
}

if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
  say("unsupported");
} else if (Notification.permission === "denied") {
  say("denied");
} else {
  const button = panel.querySelector("button");
  button.hidden = false;
  button.addEventListener("click", turnOn);
}
