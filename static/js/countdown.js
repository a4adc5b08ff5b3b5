/* The time until the next episode, as the page names it without a script, but ticking. */
"use strict";

(() => {
  const parts = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const language = document.documentElement.lang || undefined;

  function show(time, place) {
    let seconds = Math.round((Date.parse(time.dateTime) - Date.now()) / 1000);
    if (!(seconds > 0)) return;
    const words = [];
    for (const [unit, length] of parts) {
      const n = Math.floor(seconds / length);
      seconds -= n * length;
      if (n || words.length) {
        words.push(new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(n));
      }
    }
    place.textContent = words.join(" ");
  }

  for (const time of document.querySelectorAll("time[data-countdown]")) {
    const place = document.getElementById(time.dataset.countdown);
    if (!place) continue;
    show(time, place);
    setInterval(() => show(time, place), 1000);
  }
})();
