/* Select several rows of the list. */
"use strict";

const picks = () => [...document.querySelectorAll("#entries .pick")];

function countPicks() {
  const chosen = picks().filter((box) => box.checked).length;
  document.getElementById("bulk-count").textContent = chosen ? `${chosen} ✓` : "";
}

document.addEventListener("change", (event) => {
  if (event.target.id === "bulk-all") picks().forEach((box) => { box.checked = event.target.checked; });
  if (event.target.matches("#bulk-all, .pick")) countPicks();
});

document.addEventListener("click", (event) => {
  const close = event.target.closest("[data-close]");
  if (close) document.querySelector(close.dataset.close).replaceChildren();
});
