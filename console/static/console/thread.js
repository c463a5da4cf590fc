// The messages of one conversation. Who is at the end follows what is said; who has scrolled away is told, and
// nothing moves under their eyes.
"use strict";

(() => {
  const NEAR = 48; // px from the end that still are the end
  const narrow = window.matchMedia("(max-width: 63.99rem)");

  document.addEventListener("DOMContentLoaded", () => {
    const room = document.getElementById("okta-talk-room");
    const said = document.getElementById("okta-said");
    const newer = document.getElementById("okta-newer");
    const aside = document.getElementById("okta-aside");
    if (!room) {
      return;
    }

    // The room is laid out from its end, where it is scrolled to zero.
    const atEnd = () => room.scrollTop > -NEAR;
    const toEnd = () => {
      room.scrollTop = 0;
    };

    // Of two marks of one day in a row the later goes, a day on which nothing is left to say, and all but the
    // last mark of what is new.
    const tidy = () => {
      let last = null;
      said.querySelectorAll(".okta-day").forEach((day) => {
        const next = day.nextElementSibling;
        if (!next || next.matches(".okta-day") || last?.dataset.oktaDay === day.dataset.oktaDay) {
          day.remove();
        } else {
          last = day;
        }
      });
      [...said.querySelectorAll(".okta-new")].slice(0, -1).forEach((mark) => mark.remove());
    };

    // What the reader looks at, to be put back to where it was.
    const held = () => {
      const top = room.getBoundingClientRect().top;
      const anchor = [...said.children].find((line) => line.getBoundingClientRect().bottom > top);
      const before = anchor?.getBoundingClientRect().top;
      return () => {
        if (anchor?.isConnected) {
          room.scrollTop += anchor.getBoundingClientRect().top - before;
        }
      };
    };

    // What is at the end and in sight is read, and so is all that the page opened with.
    const read = document.getElementById("okta-read");
    let seen = Number(read?.dataset.oktaRead);
    // Of what is unread, some may lie above what the page brought: all of it is read, or none.
    const position = seen;
    const isUnreadAbove = () => Number(document.getElementById("okta-earlier")?.dataset.oktaBefore) > position + 1;
    const see = () => {
      const newest = Number(document.getElementById("okta-after")?.value);
      if (read && !document.hidden && newest > seen && !isUnreadAbove()) {
        seen = newest;
        htmx.trigger(read, "okta:seen");
      }
    };
    read?.addEventListener("htmx:afterRequest", ({ detail }) => {
      seen = detail.successful ? seen : -1;
    });

    let before = null;
    said.addEventListener("htmx:beforeSwap", () => {
      before = { atEnd: atEnd(), last: said.lastElementChild, focused: document.activeElement, hold: held() };
    });
    document.addEventListener("htmx:afterRequest", () => {
      if (!before) {
        return;
      }
      tidy();
      if (before.atEnd) {
        toEnd();
        see();
      } else {
        before.hold();
        if (newer && before.last !== said.lastElementChild) {
          newer.hidden = false;
        }
      }
      // What had the focus may be gone with its card; the keyboard goes on where its reader is.
      if (!before.focused.isConnected && document.activeElement === document.body) {
        room.focus({ preventScroll: true });
      }
      before = null;
    });
    newer?.addEventListener("click", () => {
      toEnd();
      room.focus({ preventScroll: true });
    });
    room.addEventListener("scroll", () => {
      if (newer && atEnd()) {
        newer.hidden = true;
        see();
      }
    });
    document.addEventListener("visibilitychange", () => atEnd() && see());
    document.addEventListener("okta:sent", () => {
      before.atEnd = true;
    });

    // Whoever has more to read than the room shows begins where it begins. Not before the page is shown, and in
    // its own letters: until then nothing has a place.
    const begin = () => {
      const mark = said.querySelector(".okta-new");
      if (mark && atEnd()) {
        room.scrollTop += Math.min(0, mark.getBoundingClientRect().top - room.getBoundingClientRect().top);
      }
    };
    window.addEventListener("load", () => document.fonts.ready.then(begin));
    see();

    // Beside the thread where there is room; below it, and closed, on a phone.
    if (narrow.matches && !aside.querySelector("[aria-invalid], :target")) {
      aside.open = false;
    }
    document.querySelector(".okta-to-aside").addEventListener("click", () => {
      aside.open = true;
    });
  });
})();
