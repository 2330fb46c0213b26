/* The film strip: a slider and the arrow keys walk the pictures; the newest is compared with the first. */

/** Where the walk starts: the last frame that has a picture, else the first frame. Pure. */
export function startOf(frames) {
  const last = frames.findLastIndex((frame) => !frame.missing);
  return Math.max(last, 0);
}

/** The picture to compare frame `index` with: the first with a picture before it, or -1. Pure. */
export function beforeOf(frames, index) {
  if (frames[index]?.missing) return -1;
  const first = frames.findIndex((frame) => !frame.missing);
  return first >= 0 && first < index ? first : -1;
}

/** Make one [data-timeline] walk. Doing it twice does nothing. */
export function timeline(root) {
  if (root.dataset.ready) return;
  root.dataset.ready = "yes";
  const part = (selector) => root.querySelector(selector);
  if (!root.querySelector(".frame-button")) return;
  const buttons = [...root.querySelectorAll(".frame-button")];
  const frames = buttons.map((button) => ({ ...button.dataset, missing: "missing" in button.dataset }));
  const walk = part(".walk");
  const stage = part(".timeline-stage");

  function picture(element, frame) {
    element.hidden = !frame;
    if (frame?.display && element.getAttribute("src") !== frame.display) element.src = frame.display;
    if (frame) element.alt = frame.tag;
  }

  function label(element, frame) {
    element.hidden = !frame;
    element.textContent = frame ? frame.tag : "";
  }

  function show(index) {
    const frame = frames[index];
    const before = frames[beforeOf(frames, index)];
    picture(part(".before"), before ?? (frame.missing ? null : frame));
    picture(part(".after"), before ? frame : null);
    label(part(".tagline-left"), before ?? (frame.missing ? null : frame));
    label(part(".tagline-right"), before ? frame : null);
    part(".cut").hidden = part(".cut-range").hidden = !before;
    part(".absent").hidden = !frame.missing;
    part(".absent span").textContent = frame.missing ? buttons[index].dataset.missing : "";
    for (const [number, button] of buttons.entries()) button.setAttribute("aria-current", String(number === index));
    for (const said of root.querySelectorAll("[data-said]")) said.hidden = Number(said.dataset.said) !== index;
    walk.value = String(index);
    walk.setAttribute("aria-valuetext", buttons[index].getAttribute("aria-label"));
    const strip = part(".frames");
    const item = buttons[index].parentElement;
    strip.scrollLeft = item.offsetLeft - (strip.clientWidth - item.clientWidth) / 2;
    root.dataset.index = String(index);
  }

  function step(by) {
    show(Math.min(Math.max(Number(root.dataset.index) + by, 0), frames.length - 1));
  }

  walk.addEventListener("input", () => show(Number(walk.value)));
  for (const [index, button] of buttons.entries()) button.addEventListener("click", () => show(index));
  part(".cut-range").addEventListener("input", (event) => stage.style.setProperty("--cut", `${event.target.value}%`));
  (root.closest(".popup") ?? root).addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches("input, textarea, select")) return;
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || root.hidden) return;
    event.preventDefault();
    step(by);
  });
  show(startOf(frames));
}

/** All strips inside an element; where a project has several sites, a list chooses whose strip is shown. */
export function timelines(element = document) {
  for (const root of element.querySelectorAll("[data-timeline]")) timeline(root);
  for (const choice of element.querySelectorAll("[data-track]")) {
    const strips = [...choice.closest("[data-timelines]").querySelectorAll("[data-timeline]")];
    choice.addEventListener("change", () => {
      for (const strip of strips) strip.hidden = strip.dataset.timeline !== choice.value;
    });
  }
}

timelines();
document.addEventListener("htmx:load", (event) => timelines(event.target));
