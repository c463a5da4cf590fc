// The messages of one conversation: the newest stay in sight, and what is loaded above moves nothing below.
"use strict";

(() => {
  const narrow = window.matchMedia("(max-width: 63.99rem)");

  // Of two marks of one day in a row the later goes, and so does a day that nothing was said on any more.
  const tidy = (said) => {
    let last = null;
    said.querySelectorAll(".okta-day").forEach((day) => {
      if (last && last.dataset.oktaDay === day.dataset.oktaDay) {
        day.remove();
      } else {
        last = day;
      }
    });
  };

  document.addEventListener("DOMContentLoaded", () => {
    const said = document.getElementById("okta-said");
    const aside = document.getElementById("okta-aside");
    if (!said) {
      return;
    }
    // Beside the thread where there is room; below it, and closed, on a phone.
    if (narrow.matches && !aside.querySelector("[aria-invalid]")) {
      aside.open = false;
    }
    document.querySelector(".okta-to-aside").addEventListener("click", () => {
      aside.open = true;
    });
    said.addEventListener("htmx:afterSettle", () => tidy(said));
  });
})();
