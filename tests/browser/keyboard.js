// What a page offers to a keyboard, and where the keyboard is. The first function is asked once, before any key;
// the second after each.
() => {
  "use strict";

  const OFFERED = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex], [contenteditable]";

  const name = (element) => {
    const words = (element.getAttribute("aria-label") || element.textContent || element.name || "").trim();
    const classes = [...element.classList].slice(0, 2).map((one) => `.${one}`).join("");
    const id = element.id ? `#${element.id}` : classes;
    return `${element.tagName.toLowerCase()}${id} “${words.replace(/\s+/g, " ").slice(0, 40)}”`;
  };

  // What lies behind a dialog that wants its answer is out of reach on purpose.
  const asked = document.querySelector("dialog:modal");
  const visible = (element) => element.checkVisibility({ visibilityProperty: true }) && (!asked || asked.contains(element));

  // Of the radio buttons of one name, the chosen one is a stop, or the first; arrows lead to the others.
  const stops = (element) => {
    if (element.type !== "radio") return true;
    const group = [...document.querySelectorAll("input[type=radio]")].filter(
      (radio) => radio.name === element.name && radio.form === element.form,
    );
    return element === (group.find((radio) => radio.checked) || group[0]);
  };

  const isOffered = (element) =>
    element.matches(OFFERED) && element.tabIndex >= 0 && !element.matches(":disabled") && visible(element) && stops(element);

  const shown = (element) => {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor, backgroundColor } = getComputedStyle(element);
    const outline = outlineStyle !== "none" && parseFloat(outlineWidth) >= 1 && !/^rgba\(.*, 0\)$/.test(outlineColor);
    return JSON.stringify([outline && outlineColor, boxShadow, borderColor, backgroundColor]);
  };

  // Something that a mouse can press and no key reaches: it says so with its pointer, or listens for clicks.
  const forMouseAlone = () => {
    const reached = `${OFFERED}, label, option`;
    const pressed = (element) => getComputedStyle(element).cursor === "pointer" || element.hasAttribute("x-on:click");
    return [...document.body.querySelectorAll("*")].filter(
      (element) =>
        pressed(element) && !pressed(element.parentElement) && visible(element) &&
        !element.closest(reached) && !element.querySelector(reached),
    );
  };

  // Where the page itself put the keyboard is left again: reading begins at its beginning.
  const body = document.body;
  body.tabIndex = -1;
  body.focus();
  body.removeAttribute("tabindex");

  const offered = [...document.querySelectorAll("*")].filter(isOffered);
  const before = new Map(offered.map((element) => [element, shown(element)]));

  const covered = (element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const inside = (x, y) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;
    const points = [[(left + right) / 2, (top + bottom) / 2], [left + 3, top + 3], [right - 3, bottom - 3], [left + 3, bottom - 3]];
    return !points.some(([x, y]) => {
      const top = inside(x, y) && document.elementFromPoint(x, y);
      return top && (top === element || element.contains(top) || top.contains(element) || top.closest("label")?.contains(element));
    });
  };

  window.oktaKeyboard = {
    isAt: () => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      return {
        index: offered.indexOf(element),
        name: name(element),
        unseen: before.has(element) && before.get(element) === shown(element),
        covered: covered(element),
      };
    },
  };

  const early = offered.filter((element) => element.tabIndex > 0);
  return {
    offered: offered.map(name),
    main: offered.findIndex((element) => element.closest("main")),
    troubles: [
      ...forMouseAlone().map((element) => `only a mouse can press ${name(element)}`),
      ...early.map((element) => `out of turn, by its tabindex: ${name(element)}`),
    ],
  };
}
