/* Templates for a reason: those of the chosen conclusion, put into the text with one press, never over what is there. */

/** The text with a template put behind it. Pure. */
export function withTemplate(text, template) {
  const written = text.trimEnd();
  return written ? `${written}\n${template}` : template;
}

/** Make one [data-reasons] offer its templates to the field whose id it names. */
export function reasons(root) {
  const form = root.closest("form");
  const field = document.getElementById(root.dataset.reasons);
  const items = [...root.querySelectorAll("[data-kind]")];

  function offer() {
    const kind = form.querySelector("input[name=kind]:checked")?.value;
    for (const item of items) item.hidden = Boolean(kind) && item.dataset.kind !== kind;
  }

  for (const item of items) {
    const button = item.querySelector("[data-puts]");
    button.hidden = false;
    button.addEventListener("click", () => {
      field.value = withTemplate(field.value, item.querySelector("[data-text]").textContent);
      field.focus();
      field.setSelectionRange(field.value.length, field.value.length);
    });
  }
  form.addEventListener("change", offer);
  offer();
}

for (const root of document.querySelectorAll("[data-reasons]")) reasons(root);
