// Keeps open what the reader has opened while the figures are put in anew, lets them stop that, and says so when
// the server does not answer. The focus stays by itself: everything that takes it has a name.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const figures = document.getElementById("okta-now");
  const refresh = document.getElementById("okta-refresh");
  const wanted = document.getElementById("okta-refresh-on");
  const told = refresh.querySelector("[data-words]");
  let open = [];

  refresh.hidden = false;
  figures.addEventListener("htmx:beforeRequest", (event) => {
    if (!wanted.checked || document.hidden) event.preventDefault();
  });
  figures.addEventListener("htmx:beforeSwap", () => {
    open = [...figures.querySelectorAll("details[open]")].map((details) => details.id);
  });
  figures.addEventListener("htmx:afterSwap", () => {
    for (const id of open) document.getElementById(id).open = true;
  });
  figures.addEventListener("htmx:afterRequest", (event) => {
    told.textContent = event.detail.successful ? "" : told.dataset.words;
  });
});
