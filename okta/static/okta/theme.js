// What the theme draws itself, and gives no template to mend: icons that are read aloud by the names of their
// pictures, boxes that scroll and lists to choose from without a name. Also for what comes into a page later.
"use strict";

(() => {
  const each = (root, selector, mend) => {
    if (root.matches?.(selector)) mend(root);
    root.querySelectorAll(selector).forEach(mend);
  };

  const title = () => document.title.split("|")[0].trim();

  const hide = (icon) => icon.setAttribute("aria-hidden", "true");

  // One tab stop in a box that scrolls, none in a box that shows all it has.
  const name = (box) => {
    const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", box.closest("nav")?.getAttribute("aria-label") || title());
    box.tabIndex = scrolls ? 0 : -1;
  };

  const labelOf = (select) => {
    const label = select.labels?.[0];
    if (label && !label.id) label.id = `${select.id}-label`;
    return label;
  };

  const nameChoice = (container) => {
    const select = container.previousElementSibling;
    const label = select instanceof HTMLSelectElement && labelOf(select);
    const combobox = container.querySelector("[role=combobox]");
    const shown = container.querySelector("[role=textbox]");
    if (!label || !combobox) return;
    combobox.setAttribute("aria-labelledby", shown ? `${label.id} ${shown.id}` : label.id);
    shown?.setAttribute("aria-labelledby", label.id);
  };

  const nameOpenChoice = (dropdown) => {
    const container = document.querySelector(".select2-container--open:not(:has(.select2-dropdown))");
    const label = container && labelOf(container.previousElementSibling);
    if (!label) return;
    each(dropdown, "[role=searchbox], [role=listbox]", (part) => part.setAttribute("aria-labelledby", label.id));
    dropdown.setAttribute("role", "dialog");
    dropdown.setAttribute("aria-labelledby", label.id);
    const combobox = container.querySelector("[role=combobox]");
    combobox.setAttribute("aria-haspopup", "dialog");
    combobox.setAttribute("aria-controls", dropdown.querySelector("[role=listbox]")?.id || "");
  };

  const mend = (root) => {
    each(root, ".material-symbols-outlined", hide);
    each(root, ".simplebar-content-wrapper", name);
    each(root, ".select2-container", nameChoice);
    each(root, ".select2-dropdown", nameOpenChoice);
  };

  document.addEventListener("DOMContentLoaded", () => {
    mend(document);
    new MutationObserver((changes) => {
      for (const change of changes) {
        for (const node of change.addedNodes) if (node instanceof Element) mend(node);
      }
    }).observe(document.body, { childList: true, subtree: true });
  });
  window.addEventListener("load", () => each(document, ".simplebar-content-wrapper", name));
})();
