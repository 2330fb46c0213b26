/* Two photos of a case laid over each other with a slider; without scripts they stand side by side. */

/** Let one [data-photo-pair] switch between two pictures and one with a movable cut. */
export function photoPair(root) {
  const two = root.querySelector("[data-two]");
  const stage = root.querySelector("[data-cut]");
  const button = root.querySelector("[data-toggles-cut]");
  const range = stage.querySelector("input");
  button.hidden = false;
  button.addEventListener("click", () => {
    const over = stage.hidden;
    for (const image of stage.querySelectorAll("img[data-src]")) image.src ||= image.dataset.src;
    stage.hidden = !over;
    two.hidden = over;
    button.setAttribute("aria-pressed", String(over));
    if (over) range.focus();
  });
  range.addEventListener("input", () => stage.style.setProperty("--cut", `${range.value}%`));
}

for (const root of document.querySelectorAll("[data-photo-pair]")) photoPair(root);
