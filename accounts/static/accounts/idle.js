// Tells the server of keys and pointers, warns before somebody is signed out, and leaves when they were. The server
// judges: another tab may have been active, this machine asleep. So it is asked before anything is believed.
"use strict";

(() => {
  const dialog = document.getElementById("okta-idle");
  const { ask, tell, signIn, word, csrfCookie } = dialog.dataset;
  const milliseconds = (name) => Number(dialog.dataset[name]) * 1000;
  const warnBefore = milliseconds("warnBefore");
  const tellEvery = milliseconds("tellEvery");
  const askEvery = 3000;
  const answersWithin = 4000;
  const KEPT = "kept";

  let endsAt = Date.now() + milliseconds("secondsLeft");
  let toldAt = Date.now();
  let askedAt = 0;
  let untold = false; // Somebody was active, and the server has not heard of it.
  let staying = false; // Somebody said so in the warning.
  let talking = false;
  let gone = false;

  const left = () => endsAt - Date.now();
  const token = () => document.cookie.match(`(?:^|; )${csrfCookie}=([^;]*)`)?.[1] ?? "";

  const leave = () => {
    gone = true;
    const query = new URLSearchParams({ next: location.pathname + location.search });
    // Who signed out in another tab was not idle.
    if (left() < 1000) query.set(word, "1");
    // Nothing on the page may ask whether to stay: nobody is there to answer, and what is shown must go.
    window.dispatchEvent(new Event("okta-signed-out"));
    location.replace(`${signIn}?${query}`);
  };

  const send = (method, address) =>
    fetch(address, {
      method,
      headers: method === "POST" ? { "X-CSRFToken": token() } : {},
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(answersWithin),
    });

  // Whether the server answered. A redirect leads to the sign-in page, whatever it says.
  const hear = async (method, address) => {
    try {
      const response = await send(method, address);
      if (response.type === "opaqueredirect") {
        leave();
        return true;
      }
      if (!response.ok) return false;
      endsAt = Date.now() + (await response.json()).secondsLeft * 1000;
      return true;
    } catch {
      return false;
    }
  };

  const talk = async () => {
    if (talking || gone) return;
    talking = true;
    const telling = untold;
    untold = staying = false;
    askedAt = Date.now();
    if (telling) toldAt = askedAt;
    const answered = await hear(telling ? "POST" : "GET", telling ? tell : ask);
    if (telling && !answered) untold = true;
    talking = false;
    if (staying) talk();
    else if (!gone) show(answered);
  };

  const show = (answered) => {
    dialog.querySelector(".okta-idle-away").hidden = answered;
    if (left() > warnBefore) {
      if (dialog.open) dialog.close(KEPT);
      return;
    }
    if (!dialog.open) {
      dialog.returnValue = "";
      dialog.showModal();
    }
    count();
  };

  const count = () => {
    const seconds = Math.max(0, Math.ceil(left() / 1000));
    const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    dialog.querySelector(".okta-idle-left").textContent = clock;
    dialog.classList.toggle("okta-idle-over", left() <= 0);
  };

  const tick = () => {
    const now = Date.now();
    if (dialog.open) count();
    const soon = left() <= warnBefore || (untold && now - toldAt >= tellEvery);
    // The moment it is over is not waited for.
    const over = left() <= 0 && askedAt < endsAt;
    if (soon && (over || now - askedAt >= askEvery)) talk();
  };

  const active = (event) => {
    // What a script did is nobody's doing; and while the warning is shown, the answer to it counts alone.
    if (event.isTrusted && !dialog.open) untold = true;
  };

  for (const kind of ["keydown", "pointerdown", "pointermove", "wheel", "touchmove", "input"]) {
    document.addEventListener(kind, active, { capture: true, passive: true });
  }
  // Its button, Escape and the phone's way back all say the same: somebody is here.
  dialog.addEventListener("close", () => {
    if (gone || dialog.returnValue === KEPT) return;
    untold = staying = true;
    talk();
    // Nothing is uncovered before the server has answered.
    if (left() <= 0) show(true);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") talk();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) talk();
  });
  setInterval(tick, 1000);
})();
