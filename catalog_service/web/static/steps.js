// The keys n and p lead to the next and the previous step of a page: an element with the attribute `data-step`.
// All steps can be reached without this file, by links.
"use strict";

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

// The step that a reader is at: the one with the focus, else the last one that begins above the middle of the window.
function current(steps) {
  const focused = steps.findIndex((step) => step.contains(document.activeElement));
  const middle = window.innerHeight / 2;
  return focused >= 0 ? focused : steps.findLastIndex((step) => step.getBoundingClientRect().top < middle);
}

function goTo(step) {
  if (step.tabIndex < 0) {
    step.tabIndex = -1; // Makes an element that is no link focusable, and leaves the order of Tab as it is.
  }
  step.focus({ preventScroll: true });
  step.scrollIntoView({ block: step.offsetHeight < window.innerHeight ? "center" : "start" });
}

document.addEventListener("keydown", (event) => {
  const direction = { n: 1, p: -1 }[event.key];
  if (!direction || event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target)) {
    return;
  }
  const steps = [...document.querySelectorAll("[data-step]")].filter((step) => step.checkVisibility());
  const focused = steps.some((step) => step.contains(document.activeElement));
  const at = current(steps);
  // The first press leads to the first step, even if it is in view already.
  const next = focused || window.scrollY > 0 ? at + direction : direction > 0 ? 0 : -1;
  if (steps[next]) {
    goTo(steps[next]);
  }
});
