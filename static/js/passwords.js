/* Password fields: show what is typed, and how long it takes to guess. Texts come from the script's own element. */
"use strict";

const texts = document.currentScript.dataset;
const SCALE = [12, 15, 18, 21]; // characters: too short, weak, fair, good, strong

function addToggle(input) {
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.addEventListener("change", () => (input.type = box.checked ? "text" : "password"));
  label.className = "check show-password";
  label.append(box, Object.assign(document.createElement("span"), { textContent: texts.show }));
  input.after(label);
}

function strength(password) {
  const variety = new Set(password).size;
  const length = Math.min(password.length, variety * 2);
  return SCALE.filter((least) => length >= least).length;
}

function addMeter(input) {
  const meter = Object.assign(document.createElement("meter"), { min: 0, max: 4, low: 1.5, high: 2.5, optimum: 4 });
  const words = document.createElement("output");
  meter.setAttribute("aria-label", texts.strength);
  words.className = "quiet";
  input.addEventListener("input", () => {
    meter.value = strength(input.value);
    words.textContent = input.value ? texts.levels.split("|")[meter.value] : "";
  });
  const row = document.createElement("div");
  row.className = "strength";
  row.append(meter, words);
  input.after(row);
}

document.addEventListener("DOMContentLoaded", () => {
  for (const input of document.querySelectorAll("input[type=password]")) {
    if (input.name === "password1") addMeter(input);
    addToggle(input);
  }
});
