/* The map page: ties filters, tiles, panel and address together. The whole state stands in the query string. */
import { L } from "geomonitor/leaflet";
import { asLatLng, baseMap } from "geomonitor/base-map";
import { readCoordinates } from "geomonitor/coordinates";
import { openDialog } from "geomonitor/dialog";
import { isTyping, onKey } from "geomonitor/keys";
import { fillList, pinButton, pinMark } from "geomonitor/pin-list";
import { ProjectTiles } from "geomonitor/project-tiles";
import { fragment, request } from "geomonitor/request";
import { covered, draggable, isSheet } from "geomonitor/sheet";
import { filterQuery, readState, writeState } from "geomonitor/state";
import { PIN_RADIUS } from "geomonitor/symbols";
import { number, text } from "geomonitor/texts";
import { timelines } from "geomonitor/timeline";
import { icon, toast } from "geomonitor/toast";

const config = JSON.parse(document.getElementById("map-config").textContent);
const panel = document.getElementById("panel");
const filterColumn = document.getElementById("filter-column");
const pinList = document.getElementById("pin-list");
const NEAR_PX = 16, NEAR_TOUCH_PX = 24, SAME_SPOT_PX = 8, PIN_ZOOM = 16, PROJECT_ZOOM = 14;

const state = readState(location.search);
// Where the map opens: the view in the address, else the project in it, else the whole regency.
const opensAt = state.view ?? (config.project_at && { center: config.project_at, zoom: PROJECT_ZOOM });
let viewBefore = null; // where the map was before the panel opened; null once the reader moved on
let moving = false; // the map moves by our own doing
let chosenMark = null, meMark = null, targetMark = null;

// ---------------------------------------------------------------- map and tiles

const map = baseMap(document.getElementById("map"), {
  groundUrl: config.ground,
  outsideTiles: config.outside_tiles,
  outsideAttribution: config.outside_attribution,
  obstacles,
  bounds: config.bounds,
  ...opensAt,
});

const projects = new ProjectTiles({ url: config.tiles, query: filterQuery(state.filters), onCluster: openCluster, pane: "overlayPane", maxZoom: 19 });
const stage = document.getElementById("map-stage");
projects.on("loading", () => stage.classList.add("is-loading"));
projects.on("load", () => stage.classList.remove("is-loading"));
projects.addTo(map);
projects.on("features", () => {
  map.names?.redraw();
  if (!pinList.hidden && pinList.dataset.all) listOnScreen();
});
map.ready.then(() => map.names.redraw());

/** Boxes of all marks and tools in the window, which names keep clear of. */
function obstacles() {
  const corner = map.getContainer().getBoundingClientRect();
  const floating = [...document.querySelectorAll(".map-tools, .map-legend, .map-filter-button")].map((element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return { left: left - corner.left, top: top - corner.top, right: right - corner.left, bottom: bottom - corner.top };
  });
  const box = ({ x, y }, r) => ({ left: x - r, top: y - r, right: x + r, bottom: y + r });
  return [
    ...floating,
    ...projects.clusters().map((feature) => box(map.latLngToContainerPoint(feature.shown ?? feature), (feature.size ?? 40) / 2)),
    ...projects.pins().map((feature) => box(map.latLngToContainerPoint(feature), PIN_RADIUS + 3)),
  ];
}

/** Move without this counting as the reader's own moving. */
function move(action) {
  moving = true;
  action();
  setTimeout(() => (moving = false), 0);
}

/** Go where the members of a group lie; where that cannot be asked, two steps closer. */
async function openCluster(feature) {
  const bounds = await extentOf(feature);
  viewBefore = null;
  if (!bounds) {
    map.setView([feature.lat, feature.lon], Math.min(map.getZoom() + 2, 18));
    return;
  }
  const zoom = Math.min(Math.max(map.getBoundsZoom(bounds.pad(0.3)), map.getZoom() + 1), 18);
  map.setView(bounds.getCenter(), zoom);
}

/** Where the members of a group lie; null without an answer. */
async function extentOf(feature) {
  const query = filterQuery(state.filters);
  const address = config.extent.replace("{cell}", feature.cell);
  try {
    const response = await request(query ? `${address}?${query}` : address, { quiet: true });
    const { bbox } = await response.json();
    return bbox && L.latLngBounds([bbox[1], bbox[0]], [bbox[3], bbox[2]]);
  } catch {
    return null; // no network now: the tiles that are there still open
  }
}

map.on("moveend", () => {
  if (!moving) viewBefore = null;
  const { lat, lng } = map.getCenter();
  state.view = { zoom: map.getZoom(), center: [lat, lng] };
  remember(false);
  if (!pinList.hidden && pinList.dataset.all) listOnScreen();
});

/** Put the state into the address; a new entry for what "back" should undo. */
function remember(newEntry) {
  const address = location.pathname + writeState(state);
  if (newEntry) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

// ---------------------------------------------------------------- pins

/** Pins near a point of the window, the nearest first. */
function pinsNear(point, within) {
  return projects
    .pins()
    .map((pin) => ({ pin, distance: point.distanceTo(map.latLngToContainerPoint(pin)) }))
    .filter(({ distance }) => distance <= within)
    .sort((a, b) => a.distance - b.distance);
}

map.on("click", (event) => {
  const touch = event.originalEvent?.pointerType === "touch" || isSheet();
  const near = pinsNear(event.containerPoint, touch ? NEAR_TOUCH_PX : NEAR_PX);
  closeList();
  if (!near.length) return;
  const spot = map.latLngToContainerPoint(near[0].pin);
  const together = near.map(({ pin }) => pin).filter((pin) => spot.distanceTo(map.latLngToContainerPoint(pin)) <= SAME_SPOT_PX);
  if (together.length > 1) chooseAmong(together);
  else openProject(near[0].pin.id, near[0].pin);
});

map.on("mousemove", (event) => {
  map.getContainer().classList.toggle("over-pin", pinsNear(event.containerPoint, NEAR_PX).length > 0);
});

/** Several projects at one spot: a list to choose from. */
function chooseAmong(pins) {
  const box = document.createElement("div");
  const heading = document.createElement("strong");
  heading.textContent = text("map.here", { count: number(pins.length) });
  box.append(heading, ...pins.map((pin) => pinButton(pin, () => {
    map.closePopup();
    openProject(pin.id, pin);
  })));
  L.popup({ autoPanPadding: [24, 80], maxHeight: 320 }).setLatLng(pins[0]).setContent(box).openOn(map);
  box.querySelector("button").focus({ preventScroll: true });
}

function listOnScreen() {
  const bounds = map.getBounds();
  const pins = projects.pins().filter((pin) => bounds.contains(pin));
  pinList.querySelector("h2").textContent = pins.length ? text("map.on_screen", { count: number(pins.length) }) : text("map.on_screen_none");
  const focused = document.activeElement?.closest?.(".pin-choice")?.dataset.project;
  fillList(pinList.querySelector("ul"), pins, (pin) => {
    if (isSheet()) closeList();
    openProject(pin.id, pin);
  });
  if (focused) pinList.querySelector(`[data-project="${focused}"]`)?.focus();
  else focusFirst();
}

/** The list takes the focus once it has something, unless the reader has gone elsewhere meanwhile. */
function focusFirst() {
  const first = pinList.querySelector("button");
  const waiting = document.activeElement?.dataset?.tool === "list" || document.activeElement === document.body;
  if (first && waiting) first.focus();
}

function toggleList() {
  const button = document.querySelector("[data-tool=list]");
  if (!pinList.hidden) {
    closeList();
    return;
  }
  pinList.dataset.all = "yes";
  pinList.hidden = false;
  button.setAttribute("aria-expanded", "true");
  listOnScreen();
}

function closeList() {
  pinList.hidden = true;
  document.querySelector("[data-tool=list]").setAttribute("aria-expanded", "false");
}

// ---------------------------------------------------------------- panel

function skeleton() {
  panel.innerHTML = '<div class="popup" aria-busy="true"><span class="skeleton skeleton-line"></span><span class="skeleton skeleton-title"></span><span class="skeleton skeleton-photo"></span><span class="skeleton skeleton-line"></span></div>';
}

/** Open a project's panel; the map moves only so far that the pin stays visible. */
async function openProject(id, pin = null, { newEntry = true } = {}) {
  const wasHidden = panel.hidden;
  if (wasHidden) viewBefore = { center: map.getCenter(), zoom: map.getZoom(), view: state.view };
  state.project = String(id);
  remember(newEntry); // before the map moves, which would write into the entry that "back" leads to
  panel.hidden = false;
  skeleton();
  if (wasHidden) move(() => map.invalidateSize({ pan: false }));
  if (pin) reveal(pin);
  let html;
  try {
    html = await fragment(config.panel.replace("{id}", encodeURIComponent(id)));
  } catch {
    if (state.project === String(id)) closePanel();
    return;
  }
  if (state.project !== String(id)) return;
  panel.innerHTML = html;
  timelines(panel);
  panel.scrollTop = 0;
  const { lat, lon, progress, evidence } = panel.querySelector(".popup").dataset;
  if (lat && !pin) reveal({ lat: Number(lat), lon: Number(lon), progress: Number(progress), evidence });
  (panel.querySelector("[data-timeline]:not([hidden])") ?? panel).focus({ preventScroll: true });
}

function reveal(pin) {
  chosenMark?.remove();
  chosenMark = L.marker(pin, { icon: L.divIcon({ className: "chosen-pin", html: pinMark(pin), iconSize: [34, 34] }), interactive: false, keyboard: false, zIndexOffset: 5000 }).addTo(map);
  move(() => {
    map.panInside(pin, { paddingTopLeft: [60, 60], paddingBottomRight: [96, 60 + stageCovered()], animate: false });
  });
}

/** How much of the map's lower part the sheet hides. */
function stageCovered() {
  const high = covered(panel);
  return high ? Math.max(0, map.getContainer().getBoundingClientRect().bottom - (innerHeight - high)) : 0;
}

function closePanel({ newEntry = true } = {}) {
  if (panel.hidden) return;
  const back = viewBefore;
  panel.hidden = true;
  panel.replaceChildren();
  chosenMark?.remove();
  state.project = null;
  remember(newEntry);
  move(() => {
    map.invalidateSize({ pan: false });
    if (back) map.setView(back.center, back.zoom, { animate: false });
  });
  if (back?.view) state.view = back.view;
  viewBefore = null;
  remember(false);
  map.getContainer().focus({ preventScroll: true });
}

panel.addEventListener("click", (event) => {
  if (event.target.closest("[data-close-panel]")) closePanel();
});
draggable(panel, closePanel);

// ---------------------------------------------------------------- filters

/** Take new filters: tiles, figures and counts follow, the address too. */
async function applyFilters(filters, { newEntry = true } = {}) {
  state.filters = filters;
  const query = filterQuery(filters);
  remember(newEntry);
  projects.setQuery(query);
  syncSearch();
  let html;
  try {
    html = await fragment(query ? `${config.summary}?${query}` : config.summary);
  } catch {
    return;
  }
  if (query !== filterQuery(state.filters)) return;
  const fresh = new DOMParser().parseFromString(html, "text/html");
  replacePart(fresh, "figures");
  replacePart(fresh, "filters");
  replacePart(fresh, "map-empty");
  const count = document.querySelector("[data-figure=count]").textContent;
  document.getElementById("map-status").textContent = text("map.status", { count });
  const active = document.querySelectorAll("#filters .chip-active").length;
  const button = document.querySelector("[data-open-filters]");
  button.querySelector(".counter")?.remove();
  if (active) {
    const counter = document.createElement("span");
    counter.className = "counter";
    counter.textContent = String(active);
    button.append(counter);
  }
}

/** Swap one part for its fresh version; focus, opened lists and scrolling stay where they were. */
function replacePart(fresh, id) {
  const old = document.getElementById(id);
  const next = fresh.getElementById(id);
  if (!old || !next) return;
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  for (const open of old.querySelectorAll("details[open][id]")) next.querySelector(`#${CSS.escape(open.id)}`)?.setAttribute("open", "");
  old.replaceWith(document.adoptNode(next));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

filterColumn.addEventListener("change", (event) => {
  const form = event.target.closest("form");
  if (!form) return;
  const filters = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  applyFilters(filters);
});

document.getElementById("map-page").addEventListener("click", (event) => {
  const link = event.target.closest("[data-filters]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  applyFilters(new URLSearchParams(link.dataset.filters));
});

const search = document.querySelector(".nav-search");
function syncSearch() {
  const field = search?.querySelector("input");
  if (field && document.activeElement !== field) field.value = state.filters.get("q") ?? "";
}
search?.addEventListener("submit", (event) => {
  event.preventDefault();
  const filters = new URLSearchParams(state.filters);
  const words = search.querySelector("input").value.trim();
  if (words) filters.set("q", words);
  else filters.delete("q");
  applyFilters(filters);
});

document.querySelector("[data-open-filters]").addEventListener("click", () => {
  filterColumn.classList.add("is-open");
  filterColumn.querySelector("input, button")?.focus();
});
document.querySelector("[data-close-filters]").addEventListener("click", closeFilters);
function closeFilters() {
  if (!filterColumn.classList.contains("is-open")) return false;
  filterColumn.classList.remove("is-open");
  document.querySelector("[data-open-filters]").focus();
  return true;
}

// ---------------------------------------------------------------- tools

const tools = {
  in: () => map.zoomIn(),
  out: () => map.zoomOut(),
  home: () => map.fitBounds(asLatLng(config.bounds)),
  list: toggleList,
  locate,
  coordinate: () => openDialog(document.getElementById("go-to")),
};
for (const button of document.querySelectorAll("[data-tool]")) {
  button.title = button.getAttribute("aria-label");
  if (!button.dataset.opens) button.addEventListener("click", () => tools[button.dataset.tool]());
}

function locate() {
  if (!navigator.geolocation) {
    toast(text("map.locate_failed"), { hint: text("map.locate_failed.hint"), kind: "error" });
    return;
  }
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      meMark?.remove();
      const at = [coords.latitude, coords.longitude];
      meMark = L.layerGroup([
        L.circle(at, { radius: coords.accuracy, className: "me-accuracy", weight: 1, fillOpacity: 0.12, interactive: false }),
        L.marker(at, { icon: L.divIcon({ className: "me", iconSize: [18, 18] }), title: text("map.me", { accuracy: number(coords.accuracy) }), keyboard: false }),
      ]).addTo(map);
      map.setView(at, Math.max(map.getZoom(), 15));
      document.getElementById("map-status").textContent = text("map.me", { accuracy: number(coords.accuracy) });
    },
    (failure) => {
      const refused = failure.code === failure.PERMISSION_DENIED ? "map.locate_refused" : "map.locate_failed";
      toast(text(refused), { hint: text(`${refused}.hint`), kind: "error" });
    },
    { enableHighAccuracy: true, timeout: 20_000, maximumAge: 10_000 },
  );
}

const goTo = document.getElementById("go-to");
document.getElementById("go-to-form").addEventListener("submit", (event) => {
  const written = event.target.elements.coordinates.value;
  const found = readCoordinates(written);
  const problem = document.getElementById("go-to-error");
  if (!found) {
    event.preventDefault();
    const swapped = written.split(/[,;]/).length === 2 ? readCoordinates(written.split(/[,;]/).reverse().join(",")) : null;
    problem.textContent = swapped ? text("map.swapped", { text: `${swapped.lat}, ${swapped.lon}` }) : text("map.not_coordinates", { text: written });
    return;
  }
  problem.textContent = "";
  goTo.close();
  targetMark?.remove();
  const element = document.createElement("div");
  element.append(icon("coordinate"));
  targetMark = L.marker(found, { icon: L.divIcon({ className: "target-mark", html: element, iconSize: [36, 36] }), interactive: false, keyboard: false }).addTo(map);
  map.setView(found, Math.max(map.getZoom(), PIN_ZOOM));
});

onKey("Escape", (event) => {
  if (document.querySelector("dialog[open]")) return;
  if (isTyping(event.target)) {
    event.target.blur();
    return;
  }
  if (closeFilters()) return;
  if (!pinList.hidden) {
    closeList();
    document.querySelector("[data-tool=list]").focus();
  } else closePanel();
}, { always: true });

// ---------------------------------------------------------------- going back, and the first view

addEventListener("popstate", () => {
  const next = readState(location.search);
  const filtersChanged = filterQuery(next.filters) !== filterQuery(state.filters);
  const projectChanged = next.project !== state.project;
  state.view = next.view;
  if (next.view) move(() => map.setView(next.view.center, next.view.zoom, { animate: false }));
  if (filtersChanged) applyFilters(next.filters, { newEntry: false });
  if (projectChanged && next.project) openProject(next.project, null, { newEntry: false });
  else if (projectChanged) closePanel({ newEntry: false });
});

if (isSheet()) document.getElementById("legend").open = false;
syncSearch();
if (state.project) openProject(state.project, null, { newEntry: false });
