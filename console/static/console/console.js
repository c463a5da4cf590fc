// Counts a message as its reader does, one for a family emoji; the server judges. Escape closes a form, and what
// was just done is where a keyboard and a screen reader go on.
"use strict";

(() => {
  const segmenter = "Segmenter" in Intl ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;
  const length = (text) => (segmenter ? [...segmenter.segment(text)].length : [...text].length);

  const count = (field) => {
    const output = document.getElementById(field.dataset.oktaCounted).querySelector("[data-okta-count]");
    const most = Number(field.dataset.oktaMost);
    const number = length(field.value.trim());
    // Read aloud only where it matters: near the limit and beyond it.
    output.setAttribute("aria-live", number > most - 20 ? "polite" : "off");
    output.textContent = `${number} / ${most}`;
    output.classList.toggle("okta-too-long", number > most);
  };

  // Not by autofocus: while a page is loading, nothing of it is shown, and what is hidden takes no focus.
  window.addEventListener("load", () => document.querySelector(".okta-told")?.focus());

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-okta-counted]").forEach((field) => {
      count(field);
      field.addEventListener("input", () => count(field));
    });
    document.addEventListener("keydown", (event) => {
      const open = event.key === "Escape" && event.target.closest("details.okta-schedule[open]");
      if (open) {
        open.open = false;
        open.querySelector("summary").focus();
      }
    });
  });
})();
