// Adds the local time to each time in UTC. The pages are complete without this file.
"use strict";

const local = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

function addLocalTimes(root) {
  for (const time of root.querySelectorAll("time[datetime*='T']:not([title])")) {
    const moment = new Date(time.dateTime);
    if (!Number.isNaN(moment.valueOf())) {
      time.title = `${local.format(moment)} where you are`;
    }
  }
}

addLocalTimes(document);
document.addEventListener("htmx:afterSwap", (event) => addLocalTimes(event.target));
