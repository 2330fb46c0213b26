/* One photo to the server, with its progress; XMLHttpRequest, because fetch cannot say how much has gone. */
import { errorOf } from "geomonitor/request";
import { text } from "geomonitor/texts";

const STALLED_MS = 45_000;

/** The token that counts now: after logging in again in another tab, the page's own is out of date. Pure. */
export function tokenOf(cookies) {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(cookies)?.[1] ?? null;
}

/** The form of one item; what was not said is left out. Pure. */
export function formOf(item) {
  const form = new FormData();
  form.set("uuid", item.uuid);
  form.set("project", item.project);
  if (item.site) form.set("site", item.site);
  if (item.percent !== null) form.set("progress", String(item.percent));
  for (const name of ["purpose", "note", "taken_by", "answers"]) if (item[name]) form.set(name, item[name]);
  if (item.fix) form.set("fix", JSON.stringify(item.fix));
  form.set("file", item.file, item.name);
  return form;
}

/**
 * Send an item. onProgress({done, total}) in bytes.
 * Resolves to {status, claim} or {status, error}; never rejects. A connection that stands still is given up.
 */
export function send(url, item, onProgress) {
  return new Promise((resolve) => {
    const xhr = new XMLHttpRequest();
    let stalled = null;
    let gaveUp = false;
    function alive() {
      clearTimeout(stalled);
      stalled = setTimeout(() => {
        gaveUp = true;
        xhr.abort();
      }, STALLED_MS);
    }
    function over(status) {
      clearTimeout(stalled);
      const claim = status === 200 || status === 201 ? parsed(xhr.responseText) : null;
      const error = claim ? null : errorOf(status === 200 || status === 201 ? 502 : status, xhr.responseText);
      if (error && status === 0) {
        if (gaveUp) error.message = text("sent.stalled");
        error.hint = text("sent.keep");
      }
      if (error && status >= 500) error.hint = text("sent.keep.server");
      resolve({ status, claim, error });
    }
    xhr.upload.addEventListener("progress", (event) => {
      alive();
      onProgress({ done: event.loaded, total: event.total });
    });
    xhr.upload.addEventListener("load", alive);
    xhr.addEventListener("load", () => over(xhr.status));
    for (const name of ["error", "abort", "timeout"]) xhr.addEventListener(name, () => over(0));
    xhr.open("POST", url);
    xhr.setRequestHeader("X-CSRFToken", tokenOf(document.cookie) ?? document.querySelector("meta[name=csrf-token]")?.content ?? "");
    xhr.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    xhr.setRequestHeader("Accept", "application/json");
    alive();
    xhr.send(formOf(item));
  });
}

function parsed(body) {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
