// Counts down to the instants that a page names, from where the database's clock stood when the page was made: this
// machine's own clock may be wrong, and only how far it has moved since is believed. When one is over, the page is
// told by an event, okta:due, once, and may ask the server what became of it.
"use strict";

(() => {
  const begun = new WeakMap();
  const told = new WeakSet();
  const two = (number) => String(number).padStart(2, "0");
  // The worker that does what was due has a second to do it.
  const PATIENCE = 1000;

  const clock = (milliseconds) => {
    const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
    const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
  };

  const count = (countdown) => {
    const { oktaDue, oktaClock } = countdown.dataset;
    // Date.now() goes on while the machine sleeps; performance.now() may not.
    if (!begun.has(countdown)) begun.set(countdown, Date.now());
    const wait = Date.parse(oktaDue) - Date.parse(oktaClock);
    const left = wait - (Date.now() - begun.get(countdown));
    const [counting, over] = ["counting", "over"].map((name) => countdown.querySelector(`[data-okta-${name}]`));
    counting.hidden = left <= 0;
    over.hidden = left > 0;
    counting.querySelector("[data-okta-left]").textContent = clock(left);
    // What was over when it came has been asked about.
    if (wait > 0 && left <= -PATIENCE && !told.has(countdown)) {
      told.add(countdown);
      countdown.dispatchEvent(new CustomEvent("okta:due", { bubbles: true }));
    }
  };

  const countAll = () => document.querySelectorAll("[data-okta-due]").forEach(count);

  document.addEventListener("DOMContentLoaded", countAll);
  // htmx has put something into the page.
  document.addEventListener("htmx:load", countAll);
  setInterval(countAll, 250);
})();
