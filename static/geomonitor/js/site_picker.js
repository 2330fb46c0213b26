/* The map of the project form: click or drag to place the chosen site, draw stretches, see the neighbours. */
import { L } from "geomonitor/leaflet";
import { baseMap } from "geomonitor/base-map";
import { readCoordinates } from "geomonitor/coordinates";
import { json } from "geomonitor/request";
import { text } from "geomonitor/texts";

const NEAR_ZOOM = 14;

/** "-8.2192, 114.3691": latitude first, six decimals (0.1 m). Pure. */
export function written({ lat, lon }) {
  return `${lat.toFixed(6)}, ${lon.toFixed(6)}`;
}

/** Lines of positions → [{lat, lon}]; lines that are none are left out. Pure. */
export function readLines(value) {
  return value.split("\n").map((line) => readCoordinates(line)).filter(Boolean);
}

const latLng = ({ lat, lon }) => [lat, lon];
const picker = document.querySelector("[data-picker]");
if (picker) start(picker);

function start(element) {
  const list = document.querySelector("[data-sites]");
  const template = document.querySelector("[data-site-template]");
  const total = document.querySelector("input[name='site-TOTAL_FORMS']");
  const said = document.querySelector("[data-said]");
  const read = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  for (const hidden of document.querySelectorAll(".js-only")) hidden.hidden = false;
  element.hidden = false;
  const cards = () => [...list.querySelectorAll("[data-site]")];
  const field = (card, name) => card.querySelector(`[name$="-${name}"]`);
  const position = (card) => readCoordinates(field(card, "position").value);
  const first = cards().map(position).find(Boolean);
  const villages = JSON.parse(document.getElementById("village-points").textContent);
  const village = document.querySelector("select[name=village]");
  const home = villages[village?.value ?? element.dataset.village];
  const view = first ? { center: latLng(first), zoom: 17 } : home ? { center: home, zoom: 14 } : {};
  const map = baseMap(element, { outsideTiles: element.dataset.tiles, outsideAttribution: element.dataset.attribution, ...view });
  L.control.zoom({ position: "topright" }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  const neighbours = L.layerGroup().addTo(map);
  const shapes = L.layerGroup().addTo(map);
  let chosen = cards()[0] ?? null;
  let drawing = false;

  /** Once the ground has had its say about the first view. */
  function goTo(center, zoom) {
    map.ready.catch(() => null).then(() => map.setView(center, Math.max(map.getZoom() ?? 0, zoom), { animate: false }));
  }

  function announce(card) {
    const at = position(card);
    if (at) said.textContent = text("picker.placed", { number: cards().indexOf(card) + 1, lat: at.lat.toFixed(6), lon: at.lon.toFixed(6) });
  }

  function place(card, at) {
    field(card, "position").value = written(at);
    announce(card);
    changed();
  }

  /** A field was filled by the map: nobody typed, so the form is told that it has changed. */
  function changed() {
    draw();
    list.dispatchEvent(new CustomEvent("placed", { bubbles: true }));
  }

  function pin(card, index, at) {
    const icon = L.divIcon({ className: `site-pin${card === chosen ? " is-chosen" : ""}`, html: String(index + 1), iconSize: [30, 30] });
    const marker = L.marker(latLng(at), { icon, draggable: true, keyboard: true, title: `${index + 1}` });
    marker.on("click", () => choose(card));
    marker.on("dragend", () => {
      choose(card);
      place(card, { lat: marker.getLatLng().lat, lon: marker.getLatLng().lng });
    });
    return marker;
  }

  function draw() {
    shapes.clearLayers();
    for (const [index, card] of cards().entries()) {
      const gone = field(card, "remove").checked;
      const line = readLines(field(card, "extent").value).map(latLng);
      const at = position(card) ?? null;
      const color = card === chosen ? read("--turmeric") : read("--green");
      if (line.length && !gone) L.polyline(line, { color, weight: 5, interactive: false }).addTo(shapes);
      const radius = Number(field(card, "radius_m").value.replace(",", "."));
      if (at && !gone && radius && field(card, "source").value === "area") {
        L.circle(latLng(at), { radius, color, weight: 1, interactive: false }).addTo(shapes);
      }
      if (at && !gone) pin(card, index, at).addTo(shapes);
      for (const number of card.querySelectorAll("[data-number]")) number.textContent = String(index + 1);
      card.querySelector("[data-site-title]").textContent = field(card, "label").value;
      card.classList.toggle("is-chosen", card === chosen && cards().length > 1);
    }
  }

  function choose(card) {
    if (card === chosen) return;
    stopDrawing();
    chosen = card;
    draw();
  }

  function stopDrawing() {
    drawing = false;
    element.classList.remove("is-drawing");
    for (const button of list.querySelectorAll("[data-draw]")) button.lastChild.textContent = ` ${text("picker.draw")}`;
    for (const undo of list.querySelectorAll("[data-undo]")) undo.hidden = true;
  }

  function toggleDrawing(card, button) {
    const begins = !drawing || card !== chosen;
    choose(card);
    stopDrawing();
    if (!begins) return;
    drawing = true;
    element.classList.add("is-drawing");
    button.lastChild.textContent = ` ${text("picker.done")}`;
    card.querySelector("[data-undo]").hidden = false;
    said.textContent = text("picker.drawing");
    element.scrollIntoView({ block: "nearest" });
  }

  function addSite() {
    const index = Number(total.value);
    const html = template.innerHTML.replaceAll("__prefix__", String(index));
    list.insertAdjacentHTML("beforeend", html);
    total.value = String(index + 1);
    const card = list.lastElementChild;
    for (const hidden of card.querySelectorAll(".js-only:not([data-undo])")) hidden.hidden = false;
    choose(card);
    field(card, "position").focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
  }

  map.on("click", ({ latlng }) => {
    if (!chosen) return;
    const at = { lat: latlng.lat, lon: latlng.lng };
    if (!drawing) {
      place(chosen, at);
      return;
    }
    const extent = field(chosen, "extent");
    extent.value = [extent.value.trim(), written(at)].filter(Boolean).join("\n");
    if (!position(chosen)) field(chosen, "position").value = written(at);
    changed();
  });

  list.addEventListener("focusin", (event) => choose(event.target.closest("[data-site]") ?? chosen));
  list.addEventListener("input", draw);
  list.addEventListener("change", (event) => {
    const card = event.target.closest("[data-site]");
    if (card && event.target.name.endsWith("-position")) {
      const at = position(card);
      if (at) goTo(latLng(at), 16);
      announce(card);
    }
  });
  list.addEventListener("click", (event) => {
    const card = event.target.closest("[data-site]");
    const button = event.target.closest("[data-draw]");
    if (button) toggleDrawing(card, button);
    if (event.target.closest("[data-undo]")) {
      const extent = field(card, "extent");
      extent.value = extent.value.trim().split("\n").slice(0, -1).join("\n");
      changed();
    }
  });
  document.querySelector("[data-add-site]").addEventListener("click", addSite);

  async function showNeighbours() {
    neighbours.clearLayers();
    if (!(map.getZoom() >= NEAR_ZOOM)) return; // also while the map has no view yet
    const box = map.getBounds();
    const bbox = [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()].map((edge) => edge.toFixed(6)).join(",");
    const answer = await json(`${element.dataset.neighbours}?bbox=${bbox}&page_size=200`, { quiet: true }).catch(() => null);
    neighbours.clearLayers();
    for (const { id, geometry, properties } of answer?.features ?? []) {
      if (!geometry || String(id) === element.dataset.project) continue;
      const [lon, lat] = geometry.coordinates;
      const words = document.createTextNode(text("picker.neighbour", { title: properties.title, year: properties.fiscal_year }));
      L.circleMarker([lat, lon], { radius: 7, color: read("--ink-3"), weight: 2, fillColor: read("--card"), fillOpacity: 0.9 })
        .bindTooltip(() => words)
        .addTo(neighbours);
    }
  }

  map.on("moveend", showNeighbours);
  village?.addEventListener("change", () => {
    const there = villages[village.value];
    if (there && !cards().some(position)) map.setView(there, 14, { animate: false });
  });
  const all = cards().map(position).filter(Boolean).map(latLng);
  if (all.length > 1) map.fitBounds(L.latLngBounds(all).pad(0.3), { maxZoom: 18, animate: false });
  stopDrawing();
  draw();
  if (first) showNeighbours();
}
