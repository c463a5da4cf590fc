// Lets parts of a page ask for what is new, each at its own pace, while the page can be seen. A part says in
// data-okta-ask how many milliseconds lie between two questions, and in data-okta-lost which sentence to show
// while it gets no answer.
"use strict";

(() => {
  const askedAt = new Map();
  const begun = Date.now();

  const ask = () => {
    if (document.hidden) {
      return;
    }
    document.querySelectorAll("[data-okta-ask]").forEach((part) => {
      if (Date.now() - (askedAt.get(part.id) ?? begun) >= Number(part.dataset.oktaAsk)) {
        askedAt.set(part.id, Date.now());
        htmx.trigger(part, "okta:ask");
      }
    });
  };

  const say = (part, isLost) => {
    const sentence = document.getElementById(part.dataset.oktaLost);
    if (sentence && sentence.hidden === isLost) {
      sentence.hidden = !isLost;
    }
  };

  setInterval(ask, 250);
  document.addEventListener("visibilitychange", ask);
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if ("oktaAsk" in detail.elt.dataset && detail.successful) {
      say(detail.elt, false);
    }
  });
  ["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach((trouble) => {
    document.addEventListener(trouble, ({ detail }) => {
      if (!("oktaAsk" in detail.elt.dataset)) {
        return;
      }
      if (detail.xhr.status === 403 || detail.xhr.status === 404) {
        // Not this person's any more: what is still on the screen is not theirs to see either.
        location.reload();
      }
      say(detail.elt, true);
    });
  });
})();
