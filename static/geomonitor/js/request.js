/* The one way to the server: adds the CSRF token, and shows every failure with what to do next. */
import htmx from "htmx";
import { text } from "geomonitor/texts";
import { toast } from "geomonitor/toast";

/** A request that did not succeed; its sentence has been shown unless quiet was asked. */
export class Refused extends Error {
  constructor(status, error) {
    super(error.message);
    this.status = status;
    this.code = error.code;
    this.hint = error.hint ?? "";
    this.fields = error.fields ?? {};
  }
}

function csrfToken() {
  return document.querySelector("meta[name=csrf-token]")?.content ?? "";
}

function isSafe(method) {
  return ["GET", "HEAD"].includes(method.toUpperCase());
}

/** What to say for an answer: its own error if it has the error shape, else a sentence by its status. */
export function errorOf(status, body) {
  try {
    const { error } = JSON.parse(body);
    if (error?.message) return error;
  } catch {
    /* not JSON: a page or nothing */
  }
  if (status === 0) return { code: "offline", message: text("request.offline"), hint: text("request.offline.hint") };
  if (status === 401 || status === 403) {
    return { code: "refused", message: text("request.refused"), hint: text("request.refused.hint") };
  }
  if (status === 404) return { code: "missing", message: text("request.missing"), hint: "" };
  return { code: "failed", message: text("request.failed", { status }), hint: text("request.failed.hint") };
}

/**
 * Ask the server. options as for fetch, and quiet: true to show nothing on failure.
 * Returns the Response; throws Refused, or the AbortError of options.signal.
 */
export async function request(url, { quiet = false, ...options } = {}) {
  const headers = new Headers(options.headers);
  headers.set("X-Requested-With", "XMLHttpRequest");
  if (!isSafe(options.method ?? "GET")) headers.set("X-CSRFToken", csrfToken());
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...options, headers });
  } catch (failure) {
    if (failure.name === "AbortError") throw failure;
    throw refuse(0, "", quiet);
  }
  if (response.ok || response.status === 304) return response;
  throw refuse(response.status, await response.text(), quiet);
}

function refuse(status, body, quiet) {
  const error = errorOf(status, body);
  if (!quiet) toast(error.message, { hint: error.hint ?? "", kind: "error" });
  return new Refused(status, error);
}

/** The answer as JSON. */
export async function json(url, options = {}) {
  const response = await request(url, { ...options, headers: { Accept: "application/json", ...options.headers } });
  return response.json();
}

/** The answer as HTML for a part of the page. */
export async function fragment(url, options = {}) {
  const response = await request(url, { ...options, headers: { Accept: "text/html", ...options.headers } });
  return response.text();
}

/** Requests that attributes (hx-get …) make get the same token and the same words. */
export function teachHtmx() {
  document.addEventListener("htmx:configRequest", (event) => {
    if (!isSafe(event.detail.verb)) event.detail.headers["X-CSRFToken"] = csrfToken();
  });
  document.addEventListener("htmx:sendError", () => refuse(0, "", false));
  document.addEventListener("htmx:responseError", (event) => {
    refuse(event.detail.xhr.status, event.detail.xhr.responseText, false);
  });
}

export { htmx };
