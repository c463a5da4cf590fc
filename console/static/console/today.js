// The page of today is put in place anew when something changed. htmx finds the link again that had the focus; when
// it has gone, because somebody settled what it led to, the focus stays on the page instead of at its very beginning.
"use strict";

(() => {
  const ID = "okta-today";
  let wasInside = false;

  document.addEventListener("htmx:beforeSwap", (event) => {
    wasInside = event.detail.target.id === ID && event.detail.target.contains(document.activeElement);
  });

  document.addEventListener("htmx:afterSettle", () => {
    if (wasInside && document.activeElement === document.body) {
      document.getElementById(ID)?.focus({ preventScroll: true });
    }
    wasInside = false;
  });
})();
