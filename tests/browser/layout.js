// What a person could not read on this page as it stands: a list of sentences, empty when all is well.
//
// Text counts by the boxes of its lines, controls by their own box. What nobody sees is left out: closed details,
// things for screen readers alone, whatever a scrolling box has scrolled away.
() => {
  "use strict";

  const SMALLEST = 11; // px; smaller letters are unreadable on a phone held in one hand
  const SLACK = 1.5; // px; what rounding and the overhang of slanted letters amount to
  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const width = document.documentElement.clientWidth;
  const troubles = [];
  const styles = new Map();

  const style = (element) => {
    if (!styles.has(element)) styles.set(element, getComputedStyle(element));
    return styles.get(element);
  };

  const name = (element) => {
    const id = element.id ? `#${element.id}` : "";
    const classes = [...element.classList].slice(0, 3).map((one) => `.${one}`).join("");
    const parent = element.id || !element.parentElement ? "" : `${element.parentElement.tagName.toLowerCase()} > `;
    return `${parent}${element.tagName.toLowerCase()}${id}${classes}`;
  };

  const short = (text) => {
    const line = text.trim().replace(/\s+/g, " ");
    return `“${line.length > 50 ? `${line.slice(0, 49)}…` : line}”`;
  };

  const box = ({ left, top, right, bottom }) => ({ left, top, right, bottom });

  const within = (a, b) => ({
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  });

  const empty = ({ left, top, right, bottom }) => right - left < 1 || bottom - top < 1;

  const ancestors = function* (element) {
    for (let at = element; at && at !== document.documentElement; at = at.parentElement) yield at;
  };

  // Shown to screen readers alone: cut down to nothing, or to a box of one pixel.
  const unseen = (element) => {
    for (const at of ancestors(element)) {
      const { clipPath, clip, overflowX, position } = style(at);
      if (clipPath.startsWith("inset(50%") || clip === "rect(0px, 0px, 0px, 0px)") return true;
      if (overflowX !== "visible" && position === "absolute" && at.offsetWidth <= 1 && at.offsetHeight <= 1) return true;
    }
    return false;
  };

  const visible = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !unseen(element);

  // What the boxes around it leave of a rectangle; what they cut off for good, and not until somebody scrolls.
  const clipped = (rectangle, element) => {
    let seen = rectangle;
    let cutBy = null;
    let placed = "static"; // what is placed elsewhere leaves the boxes behind that are not placed themselves
    for (const at of ancestors(element)) {
      const { overflowX, overflowY, position, transform } = style(at);
      const holds = transform !== "none" || placed === "static" || (placed === "absolute" && position !== "static");
      if (!holds) continue;
      placed = ["absolute", "fixed"].includes(position) ? position : "static";
      if (overflowX === "visible" && overflowY === "visible") continue;
      if (at === document.body || at.tagName === "INPUT") continue;
      const limits = box(at.getBoundingClientRect());
      const hides = (overflow) => overflow === "hidden" || overflow === "clip";
      const sideways = seen.left < limits.left - SLACK || seen.right > limits.right + SLACK;
      const upright = seen.top < limits.top - SLACK || seen.bottom > limits.bottom + SLACK;
      if ((hides(overflowX) && sideways) || (hides(overflowY) && upright)) cutBy = cutBy || at;
      seen = within(seen, limits);
      if (empty(seen)) break;
    }
    return { seen, cutBy };
  };

  // Whatever is fixed or sticky floats over the rest by intention: it is compared with its own kind only.
  const layer = (element) => {
    for (const at of ancestors(element)) {
      if (["fixed", "sticky"].includes(style(at).position)) return at;
    }
    return null;
  };

  const scrolls = (element) => {
    for (const at of ancestors(element)) {
      if (at !== document.body && ["auto", "scroll"].includes(style(at).overflowX)) return true;
    }
    return false;
  };

  const lines = (text) => {
    const range = document.createRange();
    range.selectNodeContents(text);
    return [...range.getClientRects()].map(box).filter((line) => !empty(line));
  };

  const things = [];

  const addText = (text) => {
    const element = text.parentElement;
    if (!text.data.trim() || ["SCRIPT", "STYLE", "NOSCRIPT", "TITLE", "OPTION"].includes(element.tagName)) return;
    if (!visible(element)) return;
    const size = parseFloat(style(element).fontSize);
    const said = short(text.data);
    let cut = null;
    for (const line of lines(text)) {
      const { seen, cutBy } = clipped(line, element);
      // A box that scrolls shows all of it sooner or later; one that hides never does.
      cut = cut || cutBy;
      if (empty(seen)) continue;
      if ((line.right > width + SLACK || line.left < -SLACK) && !scrolls(element)) {
        troubles.push(`outside the window: ${said} in ${name(element)}, ${Math.round(line.left)}–${Math.round(line.right)} of ${width} px`);
      }
      things.push({ element, said, layer: layer(element), ...seen });
    }
    if (cut) troubles.push(`cut off: ${said} in ${name(element)}, by ${name(cut)}`);
    if (size < SMALLEST) troubles.push(`too small: ${said} in ${name(element)}, ${size} px`);
  };

  // An arrow or a calendar in the padding of a field has its place there; over what is written it has none.
  const written = ({ left, top, right, bottom }, element) => {
    if (!["INPUT", "SELECT", "TEXTAREA"].includes(element.tagName)) return { left, top, right, bottom };
    const { paddingLeft, paddingRight } = style(element);
    return { left: left + parseFloat(paddingLeft), top, right: right - parseFloat(paddingRight), bottom };
  };

  const addControl = (element) => {
    if (!visible(element) || ["checkbox", "radio"].includes(element.type)) return;
    // A link that runs on over several lines, or holds no box of its own, is as large as its text.
    if (["inline", "contents"].includes(style(element).display)) return;
    const rectangle = box(element.getBoundingClientRect());
    const { seen } = clipped(rectangle, element);
    if (empty(seen)) return;
    if ((rectangle.right > width + SLACK || rectangle.left < -SLACK) && !scrolls(element)) {
      troubles.push(`outside the window: ${name(element)}, ${Math.round(rectangle.left)}–${Math.round(rectangle.right)} of ${width} px`);
    }
    things.push({ element, said: name(element), layer: layer(element), ...written(seen, element) });
  };

  const pen = document.createElement("canvas").getContext("2d");

  // The words of a list to choose from are drawn by the browser, beyond the reach of ranges.
  const measure = (select) => {
    const chosen = select.selectedOptions[0];
    if (!visible(select) || select.multiple || select.size > 1 || !chosen) return;
    const { font, paddingLeft, paddingRight, appearance } = style(select);
    pen.font = font;
    const arrow = appearance === "none" ? 0 : 20; // drawn by the browser too; where it is not, padding makes room
    const room = select.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight) - arrow;
    const needed = pen.measureText(chosen.text).width;
    if (needed > room + SLACK) {
      troubles.push(`cut off: ${short(chosen.text)} in ${name(select)}, ${Math.round(needed)} px in ${Math.round(room)} px`);
    }
  };

  const related = (a, b) => a.element === b.element || a.element.contains(b.element) || b.element.contains(a.element);

  // Letters reach beyond their line: two lines overlap when more than a third of the lower one is covered.
  const overlaps = (a, b) => {
    const common = within(a, b);
    const across = common.right - common.left;
    const down = common.bottom - common.top;
    return across > 2 && down > Math.max(3, Math.min(a.bottom - a.top, b.bottom - b.top) / 3);
  };

  // What an open menu lies over is not to be seen there; a menu is placed, and has a ground of its own.
  const hidden = (a, b) => {
    const { left, top, right, bottom } = within(a, b);
    const stack = document.elementsFromPoint((left + right) / 2, (top + bottom) / 2);
    const lower = Math.max(...[a, b].map((one) => stack.findIndex((at) => one.element.contains(at) || at === one.element)));
    return stack.slice(0, Math.max(lower, 0)).some((at) => {
      const { position, backgroundColor } = style(at);
      return position !== "static" && !at.contains(stack[lower]) && /^rgb\(|color\([^/]*\)|okl[^/]*\)/.test(backgroundColor);
    });
  };

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) addText(walker.currentNode);
  document.querySelectorAll(CONTROLS).forEach(addControl);
  document.querySelectorAll("select").forEach(measure);

  const overflow = document.documentElement.scrollWidth - width;
  if (overflow > SLACK) troubles.push(`the page scrolls sideways: ${overflow} px wider than the ${width} px of the window`);

  things.sort((a, b) => a.top - b.top);
  things.forEach((one, index) => {
    for (const other of things.slice(index + 1)) {
      if (other.top >= one.bottom) break;
      if (one.layer === other.layer && !related(one, other) && overlaps(one, other) && !hidden(one, other)) {
        troubles.push(`overlapping: ${one.said} in ${name(one.element)} and ${other.said} in ${name(other.element)}`);
      }
    }
  });

  return [...new Set(troubles)];
}
