/* Keys that act on a page: never while someone types, never with Ctrl, Alt or Meta. */

/** Whether the element takes typed text itself. */
export function isTyping(element) {
  if (!(element instanceof HTMLElement)) return false;
  if (element.isContentEditable || element.tagName === "TEXTAREA" || element.tagName === "SELECT") return true;
  return element.tagName === "INPUT" && !["checkbox", "radio", "range", "button", "submit"].includes(element.type);
}

/**
 * Call handler(event) when the key is pressed. within: only while the focus is inside this element.
 * always: also while typing (for Escape). Returns a function that takes it away again.
 */
export function onKey(key, handler, { within = document, always = false } = {}) {
  function pressed(event) {
    if (event.key !== key || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    if (!always && isTyping(event.target)) return;
    handler(event);
  }
  within.addEventListener("keydown", pressed);
  return () => within.removeEventListener("keydown", pressed);
}
