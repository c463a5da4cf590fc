// Saves or leaves a note by the keyboard, and lets nobody lose what they wrote without a warning.
"use strict";

(() => {
  const strip = () => document.querySelector("[data-okta-strip]");

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
    // The strip may have been told anew while the dialog was open, and its buttons with it.
    document.getElementById("okta-preview").addEventListener("close", () => document.getElementById(opener)?.focus());
  });
  window.addEventListener("load", () => document.querySelectorAll("[data-okta-editor]").forEach(writeAtTheEnd));
})();
