// What the page does besides htmx: listens only while it is looked at, and says when it is stale.
"use strict";

// An EventSource that is closed while nobody looks: a browser keeps at most six connections to a host, so that a few
// pages in the background would keep every other from loading. What is opened again is told everything that is known.
class SeenEventSource {
  constructor(url) {
    this.url = url;
    this.onopen = this.onerror = null;
    this.handlers = [["alive", fresh]];
    this.native = null;
    this.closed = false;
    this.look = () => (document.hidden ? this.pause() : this.open());
    document.addEventListener("visibilitychange", this.look);
    this.look();
  }

  get readyState() {
    if (this.closed) return EventSource.CLOSED;
    return this.native ? this.native.readyState : EventSource.CONNECTING;
  }

  open() {
    if (this.native || this.closed) return;
    this.native = new EventSource(this.url);
    this.native.onopen = (event) => this.onopen?.(event);
    this.native.onerror = (event) => {
      if (this.native?.readyState === EventSource.CLOSED) this.close(); // whoever made it makes another
      this.onerror?.(event);
    };
    for (const [name, handler] of this.handlers) this.native.addEventListener(name, handler);
  }

  pause() {
    this.native?.close();
    this.native = null;
  }

  close() {
    this.closed = true;
    this.pause();
    document.removeEventListener("visibilitychange", this.look);
  }

  addEventListener(name, handler) {
    this.handlers.push([name, handler]);
    this.native?.addEventListener(name, handler);
  }

  removeEventListener(name, handler) {
    this.handlers = this.handlers.filter((one) => one[0] !== name || one[1] !== handler);
    this.native?.removeEventListener(name, handler);
  }
}
htmx.createEventSource = (url) => new SeenEventSource(url);

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

document.body.addEventListener("htmx:sseOpen", fresh);
document.body.addEventListener("htmx:sseMessage", fresh);
document.body.addEventListener("htmx:sseError", old);
document.body.addEventListener("htmx:sendError", old);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) heard = Date.now(); // while nobody looked, nobody listened
});
setInterval(() => {
  if (waits && !document.hidden && Date.now() - heard > SILENT) old();
}, 1000);

// What was sent need not be deleted by hand.
document.body.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (event.detail.successful && form.dataset && form.dataset.clears) form.elements[form.dataset.clears].value = "";
});
