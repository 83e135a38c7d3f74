// The key L switches the layers on and off. Without this file the switch does so.
"use strict";

document.addEventListener("keydown", (event) => {
  const isTyping = event.target instanceof HTMLElement && event.target.matches("input:not([type=checkbox]), textarea, select");
  if (event.key.toLowerCase() === "l" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping) {
    document.getElementById("show-layers").click();
  }
});
