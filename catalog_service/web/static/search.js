// The keys n and p move through the hits of the page, and return to them after one was opened.
"use strict";

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input, select, textarea");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !["n", "p"].includes(event.key)) {
    return;
  }
  const hits = [...document.querySelectorAll("a.hit")];
  const next = hits.indexOf(document.activeElement) + (event.key === "n" ? 1 : -1);
  hits[Math.max(0, Math.min(next, hits.length - 1))]?.focus();
});
