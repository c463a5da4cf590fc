// The box for a reply: Ctrl-Enter sends, two clicks send once, and what was sent leaves the box.
"use strict";

(() => {
  document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("okta-reply");
    if (!form) {
      return;
    }
    const words = document.getElementById("okta-words");
    const wrong = document.getElementById("okta-reply-wrong");
    const lost = document.getElementById("okta-reply-lost");
    let sent = null; // What is on its way.

    words.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
    // Before htmx hears of it: what is on its way is not sent again.
    form.addEventListener(
      "submit",
      (event) => {
        if (sent === null) {
          sent = words.value;
        } else {
          event.preventDefault();
          event.stopImmediatePropagation();
        }
      },
      { capture: true },
    );
    document.addEventListener("okta:sent", () => {
      // Who typed on meanwhile keeps their words.
      if (words.value === sent) {
        words.value = "";
      }
    });
    form.addEventListener("htmx:afterRequest", ({ detail }) => {
      if (detail.elt !== form) {
        return;
      }
      sent = null;
      lost.hidden = detail.successful;
      words.setAttribute("aria-invalid", wrong.textContent !== "");
      words.focus();
    });
  });
})();
