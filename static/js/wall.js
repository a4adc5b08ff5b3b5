/* Arrows walk through the answers of the wall: left and right one by one, up and down by rows of titles. */
"use strict";

document.addEventListener("keydown", (event) => {
  const button = event.target.closest(".wall .acts button");
  if (!button || !event.key.startsWith("Arrow") || event.ctrlKey || event.metaKey || event.altKey) return;
  const cards = [...document.querySelectorAll(".wall .card")];
  const buttons = [...document.querySelectorAll(".wall .acts button")];
  const columns = cards.filter((card) => card.offsetTop === cards[0].offsetTop).length;
  const rowOfButtons = columns * button.parentElement.children.length;
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -rowOfButtons, ArrowDown: rowOfButtons }[event.key];
  const next = buttons[buttons.indexOf(button) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
});
