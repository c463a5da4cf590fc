// Lets clocks tick that say in data-okta-left how many seconds there were left on the server's clock, and in
// data-okta-clock which one they are. When one has run out the server is asked what became of it, by an event,
// okta:due, once; whoever asks it meanwhile is told by another, okta-left, how long each of them has left.
"use strict";

(() => {
  const ends = new WeakMap();
  const asked = new WeakSet();
  // The worker that does what was due has a second to do it.
  const PATIENCE = 1000;

  // By performance.now(), which nobody sets: a machine's own clock may be wrong, and put right at any moment. It may
  // stand still while the machine sleeps, and therefore the server is asked as soon as the page is seen again.
  const wind = (clock, seconds, at) => {
    ends.set(clock, at + seconds * 1000);
    // What was over when it came has been asked about.
    if (seconds > 0) asked.delete(clock);
    else asked.add(clock);
  };
  const clocks = () => document.querySelectorAll("[data-okta-left]");
  const ask = (clock) => clock.dispatchEvent(new CustomEvent("okta:due", { bubbles: true }));
  const two = (number) => String(number).padStart(2, "0");

  const face = (milliseconds) => {
    const left = Math.max(0, Math.ceil(milliseconds / 1000));
    const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
    return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
  };

  const show = (clock, left) => {
    if (clock.textContent !== face(left)) clock.textContent = face(left);
    // What is said while it counts; what is said when it is over stands beside it.
    const counting = clock.closest("[data-okta-counting]");
    if (!counting) return;
    counting.hidden = left <= 0;
    counting.nextElementSibling.hidden = left > 0;
  };

  const tick = (at = performance.now()) => {
    clocks().forEach((clock) => {
      if (!ends.has(clock)) wind(clock, Number(clock.dataset.oktaLeft), at);
      const left = ends.get(clock) - performance.now();
      show(clock, left);
      if (left <= -PATIENCE && !asked.has(clock)) {
        asked.add(clock);
        ask(clock);
      }
    });
  };

  document.addEventListener("okta-left", ({ detail }) => {
    clocks().forEach((clock) => {
      if (clock.dataset.oktaClock in detail) wind(clock, detail[clock.dataset.oktaClock], performance.now());
    });
    tick();
  });
  document.addEventListener("visibilitychange", () => document.hidden || clocks().forEach(ask));
  // htmx has put something into the page.
  document.addEventListener("htmx:load", () => tick());

  document.addEventListener("DOMContentLoaded", () => {
    // The page was true when its first byte came.
    tick(performance.getEntriesByType("navigation")[0]?.responseStart);
    setInterval(tick, 250);
  });
})();
