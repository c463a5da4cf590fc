// Lists and forms that are put afresh into their places: a form that somebody has open stays as it is, and what was
// just done is where a keyboard and a screen reader go on.
"use strict";

(() => {
  let asking = null; // Whose answer is being put into its places.

  // A form that is open and was not sent itself is kept with all that was typed into it. So is its row, if the
  // list would be without it.
  const keep = (target, fragment) => {
    target.querySelectorAll("details.okta-schedule[open]").forEach((open) => {
      if (open.contains(asking)) {
        // Only one of its name may be open: the one that takes its place is.
        open.removeAttribute("name");
        return;
      }
      const fresh = fragment.getElementById(open.id);
      const row = open.closest("[data-okta-row]");
      if (fresh) {
        fresh.setAttribute("hx-preserve", "true");
      } else if (row && target.contains(row)) {
        const list = fragment.getElementById(target.id);
        list.insertBefore(row, list.children[[...target.children].indexOf(row)] ?? null);
      }
    });
  };

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    asking = detail.requestConfig.elt;
  });
  document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => keep(detail.target, detail.fragment));
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const told = document.querySelector("#okta-told .okta-told");
    if (detail.requestConfig.verb === "post" && told && !("oktaHeard" in told.dataset)) {
      told.dataset.oktaHeard = "";
      told.focus({ preventScroll: true });
    }
  });
})();
