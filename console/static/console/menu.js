// What can be done with a row of the list, in a menu: by "⋯", a right click, a long press, the menu key or Shift-F10.
// The menu presses what the row has anyway; where a row lacks something, so does its menu.
"use strict";

(() => {
  const LONG = 500; // ms a finger rests
  const STILL = 10; // px it may tremble
  const EDGE = 8; // px to the edges of the window
  const ROW = "[data-okta-row]";
  const TYPED = "input, textarea, select, details.okta-schedule[open]";

  const steps = {
    open: (row) => row.querySelector("h2 a"),
    schedule: (row) => row.querySelector(".okta-schedule > summary"),
    cancel: (row) => row.querySelector(".okta-clock"),
    read: (row) => row.querySelector(".okta-read-form"),
  };

  document.addEventListener("DOMContentLoaded", () => {
    const menu = document.getElementById("okta-choices");
    let row = null; // The id of the row: the list is put afresh into its place now and then.
    let cameFrom = null; // The id of what had the focus.

    const rowNow = () => document.getElementById(row);
    const more = () => rowNow()?.querySelector(".okta-more");
    const items = () => [...menu.querySelectorAll("[role=menuitem]")].filter((item) => !item.hidden);

    const close = ({ focus = true } = {}) => {
      if (menu.hidden) {
        return;
      }
      menu.hidden = true;
      more()?.setAttribute("aria-expanded", "false");
      if (focus) {
        (document.getElementById(cameFrom) ?? more())?.focus({ preventScroll: true });
      }
    };

    const open = (here, x, y) => {
      close({ focus: false });
      row = here.id;
      cameFrom = here.contains(document.activeElement) ? document.activeElement.id : more().id;
      menu.querySelectorAll("[role=menuitem]").forEach((item) => {
        item.hidden = !steps[item.dataset.oktaDoes](here);
      });
      menu.setAttribute("aria-labelledby", here.querySelector("h2 a").id);
      more().setAttribute("aria-expanded", "true");
      menu.hidden = false;
      const { width, height } = menu.getBoundingClientRect();
      const { clientWidth, clientHeight } = document.documentElement;
      menu.style.left = `${Math.max(EDGE, Math.min(x, clientWidth - width - EDGE))}px`;
      menu.style.top = `${Math.max(EDGE, Math.min(y, clientHeight - height - EDGE))}px`;
      items()[0].focus({ preventScroll: true });
    };

    const openBelow = (here, element) => {
      const { left, bottom } = element.getBoundingClientRect();
      open(here, left, bottom + 4);
    };

    const act = (item) => {
      const here = rowNow();
      close();
      const found = here && steps[item.dataset.oktaDoes](here);
      if (!found) {
        return;
      }
      if (found.matches("form")) {
        found.requestSubmit();
      } else if (found.matches("summary")) {
        found.parentElement.open = true;
        found.parentElement.querySelector("textarea").focus();
      } else {
        found.click();
      }
    };

    // --- by a button, a right click, a key ---
    document.addEventListener("click", (event) => {
      const button = event.target.closest(".okta-more");
      const item = event.target.closest("#okta-choices [role=menuitem]");
      if (button) {
        const isOpen = button.getAttribute("aria-expanded") === "true";
        close();
        if (!isOpen) {
          openBelow(button.closest(ROW), button);
        }
      } else if (item) {
        act(item);
      }
    });
    document.addEventListener("contextmenu", (event) => {
      const here = event.target.closest(ROW);
      if (menu.contains(event.target)) {
        event.preventDefault();
      } else if (here && !event.target.closest(TYPED)) {
        event.preventDefault();
        open(here, event.clientX, event.clientY);
      }
    });
    document.addEventListener("keydown", (event) => {
      const here = event.target.closest(ROW);
      if (here && !event.target.closest(TYPED) && (event.key === "ContextMenu" || (event.shiftKey && event.key === "F10"))) {
        event.preventDefault();
        openBelow(here, event.target);
      }
    });
    menu.addEventListener("keydown", (event) => {
      const all = items();
      const at = all.indexOf(document.activeElement);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
      if (to !== undefined) {
        event.preventDefault();
        all.at(to % all.length).focus();
      } else if (event.key === "Escape") {
        event.preventDefault();
        close();
      } else if (event.key === "Tab") {
        close();
      }
    });

    // --- by a finger that rests ---
    let resting = null;
    let held = false;
    const lift = () => {
      clearTimeout(resting?.timer);
      resting = null;
    };
    document.addEventListener("pointerdown", (event) => {
      held = false;
      if (!menu.hidden && !menu.contains(event.target) && !event.target.closest(".okta-more")) {
        close({ focus: false });
      }
      const here = event.target.closest(ROW);
      if (event.pointerType !== "touch" || !here || event.target.closest(TYPED)) {
        return;
      }
      const { clientX: x, clientY: y } = event;
      const timer = setTimeout(() => {
        held = true;
        open(here, x, y);
      }, LONG);
      resting = { timer, x, y };
    });
    document.addEventListener("pointermove", (event) => {
      if (resting && Math.hypot(event.clientX - resting.x, event.clientY - resting.y) > STILL) {
        lift();
      }
    });
    document.addEventListener("pointerup", lift);
    document.addEventListener("pointercancel", lift);
    // The finger that opened the menu presses nothing when it is lifted.
    document.addEventListener(
      "click",
      (event) => {
        if (held) {
          held = false;
          event.preventDefault();
          event.stopPropagation();
        }
      },
      { capture: true },
    );

    window.addEventListener("scroll", () => close({ focus: false }), { passive: true });
    window.addEventListener("resize", () => close({ focus: false }));
    // While somebody chooses, nothing moves.
    document.addEventListener("htmx:beforeRequest", (event) => {
      if (!menu.hidden && event.detail.elt.id === "okta-rows") {
        event.preventDefault();
      }
    });
  });
})();
