// Lets the clocks of the strip tick, and asks the server about them: what a browser believes of time is worth little.
// Saves or leaves a note by the keyboard, and lets nobody lose what they wrote without a warning.
"use strict";

(() => {
  const strip = () => document.querySelector("[data-okta-strip]");

  // --- clocks: by performance.now(), which nobody sets ---

  const ends = new WeakMap();
  const ranOut = new WeakSet();

  const wind = (clock, seconds, at) => {
    ends.set(clock, at + Number(seconds) * 1000);
    ranOut.delete(clock);
  };
  const clocks = (root) => root.querySelectorAll("[data-okta-left]");
  const windAll = (root, at) => clocks(root).forEach((clock) => wind(clock, clock.dataset.oktaLeft, at));
  const two = (number) => String(number).padStart(2, "0");

  const face = (left) => {
    const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
    return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
  };

  const ask = () => htmx.trigger(strip(), "okta:ask");

  const tick = () => {
    clocks(document).forEach((clock) => {
      const left = Math.max(0, Math.ceil((ends.get(clock) - performance.now()) / 1000));
      if (clock.textContent !== face(left)) clock.textContent = face(left);
      if (left === 0 && !ranOut.has(clock)) {
        ranOut.add(clock);
        ask();
      }
    });
  };

  document.addEventListener("okta-left", ({ detail }) => {
    clocks(document).forEach((clock) => wind(clock, detail[clock.dataset.oktaWay], performance.now()));
    tick();
  });
  // A clock that ran while its machine was asleep has run too slowly.
  document.addEventListener("visibilitychange", () => document.hidden || ask());

  // --- notes ---

  const editorOf = (element) => element.closest("[data-okta-editor]");
  const fieldOf = (editor) => editor.querySelector("textarea");
  const isUnsaved = (editor) =>
    "oktaUnsaved" in editor.dataset || fieldOf(editor).value !== fieldOf(editor).defaultValue;

  const writeAtTheEnd = (editor) => {
    const field = fieldOf(editor);
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
    editor.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    const editor = editorOf(event.target);
    if (!editor || event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      editor.requestSubmit();
    } else if (event.key === "Escape") {
      event.preventDefault();
      editor.querySelector("[data-okta-cancel]").click();
    }
  });

  const warn = (event) => {
    if ([...document.querySelectorAll("[data-okta-editor]")].some(isUnsaved)) event.preventDefault();
  };
  window.addEventListener("beforeunload", warn);
  // Whoever is signed out has left already: what is on the screen must not wait for an answer.
  window.addEventListener("okta-signed-out", () => window.removeEventListener("beforeunload", warn));

  // --- what htmx brings, or does not ---

  const failed = (element) => element.closest("[data-okta-editor], [data-okta-strip]")?.querySelector("[data-okta-failed]");

  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, ({ target }) => {
      // Nobody asked for what the strip asks for by itself.
      if (target.matches("[data-okta-strip]") || !failed(target)) return;
      failed(target).hidden = false;
      if (editorOf(target)) fieldOf(editorOf(target)).focus();
    });
  }
  document.addEventListener("htmx:beforeRequest", ({ target }) => {
    if (!target.matches("[data-okta-strip]") && failed(target)) failed(target).hidden = true;
  });

  let opener = "";
  let stripHadFocus = false;
  document.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
    if (target === strip() && detail.shouldSwap) stripHadFocus ||= target.contains(document.activeElement);
  });
  document.addEventListener("htmx:load", ({ detail }) => {
    if (detail.elt === document.body) return; // The page itself: see below.
    windAll(detail.elt, performance.now());
  });
  // Not by autofocus, which comes when htmx has settled: by then somebody may be typing, or be elsewhere.
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    const come = document.getElementById(detail.target.id);
    if (come?.matches("[data-okta-editor]")) writeAtTheEnd(come);
    else come?.querySelector("[data-okta-focus]")?.focus();
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    // The button that was pressed may be there no more: its place in the page is kept.
    if (stripHadFocus && document.activeElement === document.body) {
      const said = strip().querySelector(".okta-way-said");
      said?.setAttribute("tabindex", "-1");
      said?.focus();
    }
    stripHadFocus = false;
    if (detail.target.id === "okta-preview-card") {
      opener = detail.requestConfig.elt.id;
      document.getElementById("okta-preview").showModal();
    }
  });

  document.addEventListener("DOMContentLoaded", () => {
    // The page was true when its first byte came.
    windAll(document, performance.getEntriesByType("navigation")[0]?.responseStart ?? performance.now());
    tick();
    setInterval(tick, 250);
    // The strip may have been told anew while the dialog was open, and its buttons with it.
    document.getElementById("okta-preview").addEventListener("close", () => document.getElementById(opener)?.focus());
  });
  window.addEventListener("load", () => document.querySelectorAll("[data-okta-editor]").forEach(writeAtTheEnd));
})();
