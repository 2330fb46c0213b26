/* Sentences that scripts show: written and translated in templates, read here by key. */

/**
 * The sentence for a key, with {name} replaced by values.name.
 * Reads every <template data-texts> of the page; an unknown key is shown as itself.
 */
export function text(key, values = {}) {
  return fill(sentences().get(key) ?? key, values);
}

/** "{count} kegiatan" with {count: 3} → "3 kegiatan". A value that is missing leaves its {name}. */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

let known = null;

function sentences() {
  if (known === null) {
    known = new Map();
    for (const template of document.querySelectorAll("template[data-texts]")) {
      for (const element of template.content.querySelectorAll("[data-key]")) {
        known.set(element.dataset.key, element.textContent.trim());
      }
    }
  }
  return known;
}

/** A number the way the page's language writes it: 4312 → "4.312" (id), "4,312" (en). */
export function number(value, digits = 0) {
  return new Intl.NumberFormat(document.documentElement.lang || "id", { maximumFractionDigits: digits }).format(value);
}
