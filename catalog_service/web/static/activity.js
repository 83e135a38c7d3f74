// Replaces the parts of the page that are marked as live when the catalog reports a change. Without it, the page is a list.
"use strict";

const PAUSE = 700;
const live = document.getElementById("live");
let waiting = false;

async function renew() {
  waiting = false;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) {
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(part.id);
    // A part that the keyboard is in stays as it is.
    if (fresh && !part.contains(document.activeElement)) {
      part.replaceChildren(...fresh.childNodes);
      addLocalTimes(part);
    }
  }
  live.textContent = `Live; last change ${new Date().toLocaleTimeString()}.`;
}

function changed() {
  if (!waiting) {
    waiting = true;
    setTimeout(renew, PAUSE);
  }
}

const source = new EventSource("/v1/changes?since=now");
source.addEventListener("message", changed);
source.addEventListener("reset", changed);
source.addEventListener("open", () => {
  live.textContent = "Live: changes appear here by themselves.";
});
source.addEventListener("error", () => {
  live.textContent = "Not live: the connection was lost and is tried again.";
});
