/* The rest that is still to be divided, while one types. The server checks the sums again. */

/** "Rp1.250.000", "1250000", "1.250.000,5" → a number; NaN where a lone "1.250" could mean two things. Pure. */
export function readRupiah(written) {
  const text = written.trim().replace(/^rp\.?\s*/i, "").replaceAll(" ", "");
  if (text === "") return 0;
  if (/^\d+$/.test(text)) return Number(text);
  if (/^\d{1,3}(\.\d{3}){2,}(,\d{1,2})?$/.test(text) || /^\d{1,3}(\.\d{3})+,\d{1,2}$/.test(text)) {
    return Number(text.replaceAll(".", "").replace(",", "."));
  }
  return /^\d+,\d{1,2}$/.test(text) ? Number(text.replace(",", ".")) : NaN;
}

/** Rp1.250.000, −Rp5 or – where it is not known. Pure. */
export function rupiah(amount) {
  if (!Number.isFinite(amount)) return "–";
  const text = `Rp${new Intl.NumberFormat("id", { maximumFractionDigits: 2 }).format(Math.abs(amount))}`;
  return amount < 0 ? `−${text}` : text;
}

function showRest(form) {
  for (const figure of form.querySelectorAll("[data-total]")) {
    const inputs = [...form.querySelectorAll(`input[data-source="${figure.dataset.source}"]`)];
    const sum = inputs.reduce((reached, input) => reached + readRupiah(input.value), 0);
    const rest = Math.round((Number(figure.dataset.total) - sum) * 100) / 100;
    figure.querySelector("[data-rest]").textContent = rupiah(rest);
    figure.classList.toggle("figure-clay", rest !== 0);
  }
}

for (const form of document.querySelectorAll("[data-split]")) {
  form.addEventListener("input", () => showRest(form));
  showRest(form);
}
