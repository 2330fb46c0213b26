/* Sebelum, Sedang, Selesai and the exact per cent: several controls on the page, one value. */
import { percentOf, stageOf } from "geomonitor/field/stage";

/**
 * Keeps buttons, sliders and the number field of a form in step. groups: [{buttons, slider}], number: the input.
 * Returns {get percent}.
 */
export function stages({ number, groups }) {
  let between = Number(groups[0].slider.value);

  function show() {
    const percent = percentOf(number.value);
    const stage = percent === null ? "" : stageOf(percent);
    if (stage === "between") between = percent;
    for (const { buttons, slider } of groups) {
      for (const button of buttons) {
        const isBetween = "between" in button.dataset;
        if (isBetween) {
          button.dataset.percent = String(between);
          button.querySelector("span").textContent = String(between);
        }
        const on = isBetween ? stage === "between" : percent === Number(button.dataset.percent);
        button.setAttribute("aria-pressed", String(on));
      }
      slider.value = String(between);
      slider.hidden = stage !== "between";
    }
  }

  function set(percent) {
    number.value = String(percent);
    show();
  }

  for (const { buttons, slider } of groups) {
    for (const button of buttons) button.addEventListener("click", () => set(Number(button.dataset.percent)));
    slider.addEventListener("input", () => set(Number(slider.value)));
  }
  number.addEventListener("input", show);
  show();
  return {
    get percent() {
      return percentOf(number.value);
    },
  };
}
