/* The confirm step of a decision over a whole filter: a press on a preset writes the reason. */

const form = document.querySelector("[data-bulk]");
for (const preset of form?.querySelectorAll("[data-preset]") ?? []) {
  preset.addEventListener("click", () => {
    const reason = form.querySelector("[name=reason]");
    reason.value = preset.dataset.preset;
    reason.focus();
  });
}
