/* Live updates: reload changed parts of the page. Falls back to polling without a socket. */
"use strict";

(() => {
  const LOOK_EVERY = 30_000, SIGN_OF_LIFE = 240_000, FIRST_WAIT = 1000, LONGEST_WAIT = 60_000, OWN_DOING = 3000;
  const NOT_SIGNED_IN = 4401;
  const address = document.currentScript.dataset.live;
  const waiting = new Set(), underWay = new Set(), askedAfter = new WeakMap();
  let nSent = 0, known = null, socket = null, wait = FIRST_WAIT, lastWrite = -OWN_DOING, isOver = false;

  /* Elements say what they wait for: hx-trigger="live:feed from:body". A page that nobody looks at waits with that, and one
     that awaits an answer to what its member did: that goes into a place which must still be there. */
  function tell(kind) {
    if (document.hidden || underWay.size) waiting.add(kind);
    else for (const when of scrollY < innerHeight / 2 ? ["live", "live-at-top"] : ["live"]) {
      document.body.dispatchEvent(new CustomEvent(`${when}:${kind}`));
    }
  }

  function compare(state) {
    for (const [kind, version] of Object.entries(state)) {
      const isOwnDoing = kind === "recommendations" && performance.now() < lastWrite + OWN_DOING;
      if (known && kind in known && known[kind] !== version && !isOwnDoing) tell(kind);
    }
    known = { ...known, ...state };
  }

  function connect() {
    const url = new URL("socket/", new URL(address, location.href));
    url.protocol = url.protocol.replace("http", "ws");
    socket = new WebSocket(url);
    socket.onmessage = ({ data }) => {
      wait = FIRST_WAIT;
      document.body.dataset.live = "open";
      compare(JSON.parse(data));
    };
    socket.onclose = ({ code }) => {
      delete document.body.dataset.live;
      if ((isOver = code === NOT_SIGNED_IN)) return;
      if (!known) look();
      setTimeout(connect, wait * (0.5 + Math.random()));
      wait = Math.min(2 * wait, LONGEST_WAIT);
    };
  }

  function tellWhatWaits() {
    const kinds = [...waiting];
    waiting.clear();
    for (const kind of kinds) tell(kind);
  }

  /* What a request was told of, if it was: "feed". */
  const kindOf = ({ requestConfig }) => /^live(?:-at-top)?:(.+)/.exec(requestConfig.triggeringEvent?.type)?.[1];

  async function look() {
    if (document.hidden || isOver) return;
    if (socket.readyState === WebSocket.OPEN) return;
    try {
      const answer = await fetch(address);
      if (answer.ok) compare(await answer.json());
      else isOver = answer.status === 401;
    } catch { /* the next look may find it */ }
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    tellWhatWaits();
    look();
  });
  document.addEventListener("htmx:beforeSend", ({ detail }) => {
    askedAfter.set(detail.xhr, nSent);
    if (kindOf(detail)) return;
    nSent++;
    underWay.add(detail.xhr);
    detail.xhr.addEventListener("loadend", () => {
      underWay.delete(detail.xhr);
      tellWhatWaits();
    });
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const kind = kindOf(detail);
    if (!kind || askedAfter.get(detail.xhr) === nSent) return;
    detail.shouldSwap = false;  // it tells how things were before what the member did since
    tell(kind);
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.requestConfig.verb !== "get") lastWrite = performance.now();
  });
  setInterval(look, LOOK_EVERY);
  setInterval(() => socket.readyState === WebSocket.OPEN && socket.send(""), SIGN_OF_LIFE);
  connect();
})();
