// What the page does besides htmx: says when it is stale.
"use strict";

const SILENT = 15000; // milliseconds without a word from the server, after which what is shown may be old
const stale = document.getElementById("stale");
let heard = Date.now();
let waits = false;

function fresh() {
  heard = Date.now();
  waits = true;
  if (!stale.hidden) {
    stale.hidden = true;
    document.body.classList.remove("stale");
  }
}

function old() {
  if (!stale.hidden) return;
  stale.textContent = `No connection since ${new Date(heard).toLocaleTimeString()}: what is shown may be old. Trying again.`;
  stale.hidden = false;
  document.body.classList.add("stale");
}

document.body.addEventListener("htmx:sseOpen", (event) => {
  fresh();
  event.detail.source.addEventListener("alive", fresh);
});
document.body.addEventListener("htmx:sseMessage", fresh);
document.body.addEventListener("htmx:sseError", old);
document.body.addEventListener("htmx:sendError", old);
setInterval(() => {
  if (waits && Date.now() - heard > SILENT) old();
}, 1000);
