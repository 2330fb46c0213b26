/* The verification queue. A decision shows the next photo at once: its part of the page and its picture were fetched
   while this one was looked at. Letters decide, digits give the reason; without scripts everything is links and forms. */
import { baseMap } from "geomonitor/base-map";
import { openDialog } from "geomonitor/dialog";
import { isTyping, onKey } from "geomonitor/keys";
import { L } from "geomonitor/leaflet";
import { fragment, json } from "geomonitor/request";
import { number, text } from "geomonitor/texts";
import { toast } from "geomonitor/toast";

const DECISIONS = { a: "accepted", r: "rejected", u: "asked", m: "asked" };

/** Whether a decision needs words: always but to accept what the checks verified. Pure. */
export function needsReason(decision, verdict) {
  return decision !== "accepted" || verdict !== "verified";
}

/** Pixels around a mark that names keep clear of. Pure. */
export function boxAround({ x, y }, half = 14) {
  return { left: x - half, top: y - half, right: x + half, bottom: y + half };
}

/** The digit of a key that chooses a reason, 0 for other keys. Pure. */
export function digitOf(key) {
  return /^[1-9]$/.test(key) ? Number(key) : 0;
}

/* ---- the page: one photo shown, the next one ready ---- */

const page = document.querySelector("[data-review-page]");
const place = page?.querySelector("[data-shown]");
const visited = []; // photos looked at before this one, to go back to
let armed = ""; // a decision that waits for its reason
let busy = false; // a photo is on its way: keys pressed meanwhile would hit one that nobody has seen
let ready = null; // the next photo: a promise of {element, claim}, or of null
let waiting = Number(page?.dataset.count ?? 0);
let done = 0;

function item() {
  return place.querySelector("[data-item]");
}

/** Fetch a photo's part of the page and its picture. Resolves to {element, claim}; throws Refused. */
async function fetchItem(url) {
  const template = document.createElement("template");
  template.innerHTML = await fragment(url);
  const element = template.content.querySelector("[data-item]");
  const source = element.querySelector("[data-picture]")?.getAttribute("src");
  if (source) await preload(source);
  return { element, claim: element.dataset.claim ?? "" };
}

/** Have a picture in the browser's cache; one that cannot be had is shown as missing later, not here. */
async function preload(source) {
  const image = new Image();
  image.src = source;
  try {
    await image.decode();
  } catch {
    /* the page shows its place */
  }
}

function prepareNext() {
  const url = item()?.dataset.next;
  ready = url ? fetchItem(url).catch(() => null) : Promise.resolve(null);
}

/** Put a photo in the place of the one shown. remember: whether P comes back to the one that leaves. */
function show(element, { remember = true, focus = true } = {}) {
  const before = item();
  if (remember && before?.dataset.claim) visited.push(before.dataset.claim);
  armed = "";
  before.replaceWith(element);
  teachItem(element);
  const url = new URL(location.href);
  for (const name of ["after", "before", "claim"]) url.searchParams.delete(name);
  if (element.dataset.claim) url.searchParams.set("claim", element.dataset.claim);
  history.replaceState(null, "", url);
  if (focus) element.focus({ preventScroll: true });
  if (element.getBoundingClientRect().top < 0) element.scrollIntoView({ block: "start" });
}

/** Do one thing at a time; what is pressed meanwhile is not kept. */
async function alone(work) {
  if (busy) return;
  busy = true;
  place.setAttribute("aria-busy", "true");
  try {
    await work();
  } catch (failure) {
    if (!failure.status && failure.status !== 0) throw failure; // a Refused was said already
  } finally {
    busy = false;
    place.removeAttribute("aria-busy");
  }
}

/** Go on to the next photo; the one it was already is not shown again. */
async function goNext() {
  const url = item().dataset.next;
  const found = (await ready) ?? (await fetchItem(url));
  if (found.claim && found.claim === item().dataset.claim) return;
  show(found.element);
  prepareNext();
}

async function goPrevious() {
  const claim = visited.pop();
  const url = new URL(item().dataset.previous ?? location.href, location.href);
  if (claim) {
    url.searchParams.delete("before");
    url.searchParams.set("claim", claim);
  } else if (!item().dataset.previous) {
    return;
  }
  const found = await fetchItem(url.pathname + url.search);
  if (found.claim !== item().dataset.claim) show(found.element, { remember: false });
  prepareNext();
}

/** Send the decision; the next photo is on the screen before the server answers. A refusal brings the photo back. */
async function decide(form, decision) {
  const decided = item();
  const body = new FormData(form);
  body.set("decision", decision);
  const sending = json(form.action, { method: "POST", body });
  sending.catch(() => {}); // looked at below, after the next photo is shown
  const next = await ready;
  const isOther = Boolean(next?.claim) && next.claim !== decided.dataset.claim;
  if (isOther) show(next.element);
  try {
    const answer = await sending;
    done += 1;
    waiting = Math.max(0, waiting - 1);
    tellCount();
    toast(answer.sentence);
  } catch (failure) {
    if (failure.status !== 409) bringBack(decided, isOther);
    if (!isOther || failure.status !== 409) throw failure;
  }
  if (!isOther) show((await fetchItem(decided.dataset.next)).element);
  prepareNext();
}

/** A decision that did not arrive: show its photo again, as it was left. */
function bringBack(decided, wasReplaced) {
  if (!wasReplaced) return;
  visited.pop();
  show(decided, { remember: false });
  toast(text("review.back"), { kind: "error" });
  prepareNext();
}

function tellCount() {
  page.querySelector("[data-waiting]").textContent = text("review.waiting", { count: number(waiting) });
  page.querySelector("[data-done]").textContent = text("review.done", { count: number(done) });
}

/* ---- deciding ---- */

/** Decide, or say that a reason is missing and wait for it. */
function ask(decision) {
  const form = item()?.querySelector("[data-review]");
  if (!form || busy) return;
  const reason = form.querySelector("[name=reason]");
  const missing = needsReason(decision, item().dataset.verdict) && !reason.value.trim();
  arm(form, missing ? decision : "");
  if (!missing) alone(() => decide(form, decision));
}

/** Wait for a reason for this decision, or stop waiting (""). The presets that fit it stand out. */
function arm(form, decision) {
  armed = decision;
  const reason = form.querySelector("[name=reason]");
  form.querySelector("[data-reason-missing]").hidden = !decision;
  reason.setAttribute("aria-invalid", String(Boolean(decision)));
  for (const preset of form.querySelectorAll("[data-preset]")) preset.classList.toggle("fits", decision === preset.dataset.fits);
  form.querySelector("[data-presets]").classList.toggle("chips-asking", Boolean(decision));
  if (decision && !isTyping(document.activeElement)) form.querySelector(".fits, [data-preset]")?.focus();
}

/** Take a preset reason; a decision that waited for one is made with it. */
function take(preset) {
  const reason = preset.closest("form").querySelector("[name=reason]");
  reason.value = preset.dataset.preset;
  if (armed) ask(armed);
}

/* ---- looking ---- */

function zoom() {
  const source = item()?.querySelector("[data-picture]")?.src;
  if (!source) return;
  const dialog = page.querySelector("[data-zoom]");
  if (dialog.open) {
    dialog.close();
    return;
  }
  dialog.querySelector("[data-zoom-image]").src = source;
  openDialog(dialog);
}

/** Turn before and after on or off; with a source, compare with that picture. */
function compare(source = "", tag = "") {
  const stage = item()?.querySelector("[data-compare]");
  if (!stage) return;
  const before = stage.querySelector(".before");
  const on = source ? stage.hidden || before.getAttribute("src") !== source : stage.hidden;
  before.src = source || before.getAttribute("src") || before.dataset.src;
  stage.querySelector(".after").src = stage.querySelector(".after").dataset.src;
  if (tag) stage.querySelector("[data-compare-tag]").textContent = tag;
  stage.hidden = !on;
  item().querySelector("[data-opens-zoom]").hidden = on;
  item().querySelector("[data-toggles-compare]")?.setAttribute("aria-pressed", String(on));
}

/* ---- what one photo's part does ---- */

function teachItem(element) {
  if (element.dataset.taught) return; // it came back
  element.dataset.taught = "yes";
  const part = (selector) => element.querySelector(selector);
  const form = part("[data-review]");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(event.submitter?.value || armed || "accepted");
  });
  form?.querySelector("[name=reason]").addEventListener("keydown", (event) => {
    if (event.key === "Escape") element.focus({ preventScroll: true });
    if (event.key === "Enter" && event.ctrlKey && armed) ask(armed);
  });
  for (const preset of element.querySelectorAll("[data-preset]")) preset.addEventListener("click", () => take(preset));
  for (const link of element.querySelectorAll("[data-steps]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      alone(link.dataset.steps === "next" ? goNext : goPrevious);
    });
  }
  part("[data-opens-zoom]")?.addEventListener("click", (event) => {
    event.preventDefault();
    zoom();
  });
  part("[data-toggles-compare]")?.addEventListener("click", () => compare());
  part(".cut-range")?.addEventListener("input", (event) => part("[data-compare]").style.setProperty("--cut", `${event.target.value}%`));
  for (const other of element.querySelectorAll("[data-compares]")) {
    other.addEventListener("click", (event) => {
      if (!part("[data-compare]") || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      compare(other.dataset.compares, other.dataset.tag);
    });
  }
  const map = part("[data-review-map]");
  if (map) drawWhenSeen(map);
}

/** A map costs more than all the rest: it is drawn when the eye can rest on it, not while photos fly by. */
function drawWhenSeen(element) {
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    setTimeout(() => element.isConnected && draw(element), 150);
  });
  observer.observe(element);
}

function teachKeys() {
  for (const [key, decision] of Object.entries(DECISIONS)) pressed(key, () => ask(decision));
  pressed("n", () => alone(goNext));
  pressed("p", () => alone(goPrevious));
  pressed("z", zoom);
  pressed("c", () => compare());
  pressed("t", () => item()?.querySelector("[name=reason]")?.focus());
  document.addEventListener("keydown", (event) => {
    const digit = digitOf(event.key);
    if (!digit || event.repeat || event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
    const preset = item()?.querySelectorAll("[data-preset]")[digit - 1];
    if (preset && !busy) take(preset);
  });
}

/** A letter, small or capital, once per press: a key held down must not decide on photos that nobody saw. */
function pressed(key, act) {
  for (const written of new Set([key, key.toUpperCase()])) {
    onKey(written, (event) => {
      event.preventDefault();
      if (!event.repeat) act();
    });
  }
}

/* ---- the small map ---- */

/** [lon, lat] as Leaflet's. */
function at([lon, lat]) {
  return L.latLng(lat, lon);
}

function draw(element) {
  const data = JSON.parse(item().querySelector("#review-map-data").textContent);
  const tokens = getComputedStyle(document.documentElement);
  const colour = (name) => tokens.getPropertyValue(name).trim();
  const site = L.geoJSON(data.site, {
    style: { color: colour("--green"), weight: 6, fillOpacity: 0.2 },
    pointToLayer: (_feature, spot) => L.circleMarker(spot, { radius: 8, color: colour("--green"), weight: 4, fillColor: colour("--card"), fillOpacity: 1 }),
  });
  const bounds = L.latLngBounds(site.getBounds());
  for (const spot of [data.photo, data.other]) if (spot) bounds.extend(at(spot));
  const marks = [data.photo, data.other, data.near ?? data.site.coordinates].filter((spot) => typeof spot?.[0] === "number");
  const obstacles = () => marks.map((spot) => boxAround(map.latLngToContainerPoint(at(spot))));
  const map = baseMap(element, { scrollWheelZoom: false, center: bounds.getCenter(), zoom: 17, obstacles });
  map.fitBounds(bounds.pad(0.4), { maxZoom: 18, animate: false });
  L.control.scale({ imperial: false }).addTo(map);
  if (data.site.type === "Point") L.circle(at(data.site.coordinates), { radius: data.tolerance_m, color: colour("--green"), weight: 1, dashArray: "4 4", fillOpacity: 0.08 }).addTo(map);
  site.addTo(map);
  if (data.photo) drawPhoto(map, data, colour);
  if (data.other) drawOther(map, data, colour);
}

function drawPhoto(map, data, colour) {
  const line = colour(data.outside ? "--clay" : "--turmeric");
  const [photo, near] = [at(data.photo), at(data.near)];
  const drawn = L.polyline([near, photo], { color: line, weight: 3, dashArray: "6 6" }).addTo(map);
  if (data.error_m) L.circle(photo, { radius: data.error_m, color: line, weight: 1, fillOpacity: 0.1 }).addTo(map);
  L.circleMarker(photo, { radius: 7, color: "#ffffff", weight: 2, fillColor: line, fillOpacity: 1 }).addTo(map);
  const words = item().querySelector("[data-distance]")?.textContent ?? "";
  if (map.latLngToContainerPoint(near).distanceTo(map.latLngToContainerPoint(photo)) > 70) drawn.bindTooltip(words, { permanent: true, direction: "center", className: "distance-label" });
}

/** The second witness, where both sources exist: an empty ring with its name. */
function drawOther(map, data, colour) {
  const ring = L.circleMarker(at(data.other), { radius: 7, color: colour("--sky"), weight: 3, fillOpacity: 0 }).addTo(map);
  ring.bindTooltip(data.other_name, { permanent: true, direction: "right", offset: [8, 0], className: "distance-label" });
}

/** The options of the filter by check get their counts after the page is there. */
async function countChecks() {
  const select = page.querySelector("[data-counts]");
  const options = await fragment(select.dataset.counts, { quiet: true }).catch(() => "");
  if (options && document.activeElement !== select) select.innerHTML = options;
}

/* ---- start ---- */

if (page) {
  teachItem(item());
  teachKeys();
  prepareNext();
  countChecks();
  for (const select of page.querySelectorAll("[data-submits]")) select.addEventListener("change", () => select.form.requestSubmit());
}
