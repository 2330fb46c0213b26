/* The register's filters act at once; on wide screens they stand open. Without scripts there is a button. */
const form = document.getElementById("filters");
const box = document.getElementById("filter-box");
const wide = window.matchMedia("(min-width: 900px)");

function openWhenWide() {
  box.open = wide.matches;
}

openWhenWide();
wide.addEventListener("change", openWhenWide);
form.addEventListener("change", (event) => {
  if (wide.matches && event.target.matches("input[type=checkbox], select")) form.requestSubmit();
});
form.addEventListener("submit", () => {
  for (const field of form.elements) {
    if (field.name && field.value === "") field.disabled = true;
  }
});
window.addEventListener("pageshow", () => {
  for (const field of form.elements) field.disabled = false;
});
