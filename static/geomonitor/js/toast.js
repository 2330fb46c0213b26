/* Short messages over the page. Errors stay until closed; others leave by themselves. */
import { text } from "geomonitor/texts";

const STAYS_MS = 5000;

/** An icon of icons.svg as an element. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

/**
 * Show what happened. hint: what to do next. kind: "success" (default) or "error".
 * The same text is not shown twice at once. Returns the element.
 */
export function toast(sentence, { hint = "", kind = "success" } = {}) {
  const shelf = document.getElementById("toasts");
  const shown = [...shelf.children].find((other) => other.dataset.sentence === sentence);
  if (shown) return shown;
  const element = document.createElement("div");
  element.className = `toast toast-${kind}`;
  element.dataset.sentence = sentence;
  element.setAttribute("role", kind === "error" ? "alert" : "status");
  const words = document.createElement("div");
  const strong = document.createElement("strong");
  strong.textContent = sentence;
  words.append(strong, hint);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "toast-close";
  close.setAttribute("aria-label", text("toast.close"));
  close.append(icon("cross"));
  close.addEventListener("click", () => element.remove());
  element.append(icon(kind === "error" ? "warning" : "check"), words, close);
  shelf.append(element);
  if (kind !== "error") setTimeout(() => element.remove(), STAYS_MS);
  return element;
}
