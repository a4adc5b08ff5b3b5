/* Browse page: only one sign per tag, and option groups keep their open state. */
"use strict";

document.addEventListener("input", ({ target }) => {
  if (!target.checked || !target.closest(".signs li")) return;
  for (const other of target.closest("li").querySelectorAll("input")) if (other !== target) other.checked = false;
}, { capture: true });

document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  for (const group of detail.fragment.querySelectorAll("details[id]")) {
    group.open = document.getElementById(group.id)?.open ?? group.open;
  }
});
