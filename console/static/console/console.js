// Counts a message as the server does: by graphemes, where a family emoji is one, or by code points, where it is
// seven. Escape closes a form, what was just done is where a keyboard and a screen reader go on, and what did not
// work is said.
"use strict";

(() => {
  const segmenter = "Segmenter" in Intl ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;
  const lengths = {
    graphemes: (text) => (segmenter ? [...segmenter.segment(text)].length : [...text].length),
    "code points": (text) => [...text].length,
  };
  // What Python strips: trim() knows other spaces.
  const space = "[\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
  const around = new RegExp(`^${space}|${space}$`, "g");

  const count = (field) => {
    const output = document.getElementById(field.dataset.oktaCounted).querySelector("[data-okta-count]");
    const most = Number(field.dataset.oktaMost);
    const number = lengths[field.dataset.oktaCountBy ?? "graphemes"](field.value.replace(around, ""));
    // Read aloud only where it matters: near the limit and beyond it.
    output.setAttribute("aria-live", number > most - 20 ? "polite" : "off");
    output.textContent = `${number} / ${most}`;
    output.classList.toggle("okta-too-long", number > most);
  };

  // Not by autofocus: while a page is loading, nothing of it is shown, and what is hidden takes no focus.
  window.addEventListener("load", () => document.querySelector(".okta-told")?.focus());

  // What did not work is said, unless nobody asked for it, or whatever asked says so. What is there to be seen is left as it is.
  const BY_ITSELF = "[data-okta-ask], #okta-read, #okta-now";
  const SAYS_SO = "[data-okta-editor], [data-okta-strip], #okta-reply";
  const isSilent = (element) => !element.matches(BY_ITSELF) && !element.closest(SAYS_SO);
  const failed = () => document.getElementById("okta-failed");
  for (const trouble of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(trouble, ({ target, detail }) => {
      if (!isSilent(target)) return;
      const { refused, lost } = failed().dataset;
      failed().textContent = detail.xhr.status >= 400 && detail.xhr.status < 500 ? refused : lost;
      failed().hidden = false;
    });
  }
  document.addEventListener("htmx:beforeRequest", ({ target }) => {
    if (isSilent(target)) failed().hidden = true;
  });

  const countAll = (root) => root.querySelectorAll("[data-okta-counted]").forEach(count);
  document.addEventListener("htmx:load", (event) => countAll(event.detail.elt));
  document.addEventListener("input", (event) => event.target.matches("[data-okta-counted]") && count(event.target));

  document.addEventListener("DOMContentLoaded", () => {
    countAll(document);
    document.addEventListener("keydown", (event) => {
      const open = event.key === "Escape" && event.target.closest("details.okta-schedule[open]");
      if (open) {
        open.open = false;
        open.querySelector("summary").focus();
      }
    });
  });
})();
