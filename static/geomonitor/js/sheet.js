/* A panel that is a column on wide screens and, on phones, a sheet that is dragged from the bottom. */

const CLOSES_BELOW = 0.22, HALF = 0.56, FULL = 0.93;

/** Where a released sheet comes to rest: "close", or a share of the window's height. Pure. */
export function restsAt(share) {
  if (share < CLOSES_BELOW) return "close";
  return share < (HALF + FULL) / 2 ? HALF : FULL;
}

/** Whether the panel is a sheet now. */
export function isSheet() {
  return matchMedia("(max-width: 899px)").matches;
}

/** Height in pixels that the sheet covers at the window's bottom; 0 where the panel is a column or closed. */
export function covered(panel) {
  return isSheet() && !panel.hidden ? panel.getBoundingClientRect().height : 0;
}

/** Make the grip of a panel work; close() is called when it is dragged away. */
export function draggable(panel, close) {
  let start = null;
  const setShare = (share) => panel.style.setProperty("--sheet-height", `${(share * 100).toFixed(1)}dvh`);

  panel.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest(".sheet-grip");
    if (!grip) return;
    start = { y: event.clientY, height: panel.getBoundingClientRect().height, moved: false };
    grip.setPointerCapture(event.pointerId);
    panel.classList.add("is-dragged");
  });
  panel.addEventListener("pointermove", (event) => {
    if (!start) return;
    const up = start.y - event.clientY;
    if (Math.abs(up) > 4) start.moved = true;
    setShare(Math.min(Math.max((start.height + up) / innerHeight, 0.08), FULL));
  });
  function release(event) {
    if (!start) return;
    const { moved, height, y } = start;
    start = null;
    panel.classList.remove("is-dragged");
    if (!moved) return;
    const rest = restsAt((height + y - event.clientY) / innerHeight);
    if (rest === "close") close();
    setShare(rest === "close" ? HALF : rest);
  }
  panel.addEventListener("pointerup", release);
  panel.addEventListener("pointercancel", release);
  panel.addEventListener("click", (event) => {
    if (event.target.closest(".sheet-grip") && event.detail === 0) {
      setShare(panel.getBoundingClientRect().height / innerHeight > (HALF + FULL) / 2 ? HALF : FULL);
    }
  });
}
