/* The verification queue: letters decide, a rejection asks for its reason first, the small map shows both places. */
import { baseMap } from "geomonitor/base-map";
import { onKey } from "geomonitor/keys";
import { L } from "geomonitor/leaflet";

const form = document.querySelector("[data-review]");

/** Whether a decision needs words: always to reject, and to accept what the checks did not verify. Pure. */
export function needsReason(decision, verdict) {
  return decision === "rejected" || verdict !== "verified";
}

function decide(button) {
  const reason = form.querySelector("[name=reason]");
  const missing = needsReason(button.value, form.dataset.verdict) && !reason.value.trim();
  form.querySelector("[data-reason-missing]").hidden = !missing;
  reason.setAttribute("aria-invalid", String(missing));
  if (missing) reason.focus();
  return !missing;
}

function teachForm() {
  const buttons = { a: form.querySelector("[value=accepted]"), r: form.querySelector("[value=rejected]") };
  form.addEventListener("submit", (event) => {
    if (!decide(event.submitter ?? buttons.r)) event.preventDefault();
  });
  for (const [key, button] of Object.entries(buttons)) {
    onKey(key, (event) => {
      event.preventDefault();
      button.focus();
      if (decide(button)) form.requestSubmit(button);
    });
  }
  for (const preset of form.querySelectorAll("[data-preset]")) {
    preset.addEventListener("click", () => {
      const reason = form.querySelector("[name=reason]");
      reason.value = preset.textContent.trim();
      reason.focus();
    });
  }
}

/** [lon, lat] as Leaflet's. */
function at([lon, lat]) {
  return L.latLng(lat, lon);
}

function draw(element) {
  const data = JSON.parse(document.getElementById("review-map-data").textContent);
  const tokens = getComputedStyle(document.documentElement);
  const colour = (name) => tokens.getPropertyValue(name).trim();
  const site = L.geoJSON(data.site, {
    style: { color: colour("--green"), weight: 6, fillOpacity: 0.2 },
    pointToLayer: (_feature, place) => L.circleMarker(place, { radius: 8, color: colour("--green"), weight: 4, fillColor: colour("--card"), fillOpacity: 1 }),
  });
  const bounds = L.latLngBounds(site.getBounds());
  if (data.photo) bounds.extend(at(data.photo));
  const marks = [data.photo, data.near ?? data.site.coordinates].filter((place) => typeof place?.[0] === "number");
  const obstacles = () => marks.map((place) => boxAround(map.latLngToContainerPoint(at(place))));
  const map = baseMap(element, { scrollWheelZoom: false, center: bounds.getCenter(), zoom: 17, obstacles });
  map.fitBounds(bounds.pad(0.4), { maxZoom: 18, animate: false });
  L.control.scale({ imperial: false }).addTo(map);
  if (data.site.type === "Point") L.circle(at(data.site.coordinates), { radius: data.tolerance_m, color: colour("--green"), weight: 1, dashArray: "4 4", fillOpacity: 0.08 }).addTo(map);
  site.addTo(map);
  if (data.photo) drawPhoto(map, data, colour);
}

/** Pixels around a mark that names keep clear of. Pure. */
export function boxAround({ x, y }, half = 14) {
  return { left: x - half, top: y - half, right: x + half, bottom: y + half };
}

function drawPhoto(map, data, colour) {
  const line = colour(data.outside ? "--clay" : "--turmeric");
  const [photo, near] = [at(data.photo), at(data.near)];
  const drawn = L.polyline([near, photo], { color: line, weight: 3, dashArray: "6 6" }).addTo(map);
  if (data.error_m) L.circle(photo, { radius: data.error_m, color: line, weight: 1, fillOpacity: 0.1 }).addTo(map);
  L.circleMarker(photo, { radius: 7, color: "#ffffff", weight: 2, fillColor: line, fillOpacity: 1 }).addTo(map);
  const words = document.querySelector("[data-distance]")?.textContent ?? "";
  if (map.latLngToContainerPoint(near).distanceTo(map.latLngToContainerPoint(photo)) > 70) drawn.bindTooltip(words, { permanent: true, direction: "center", className: "distance-label" });
}

if (form) teachForm();
const element = document.querySelector("[data-review-map]");
if (element) draw(element);
const next = document.querySelector("[data-next]");
if (next) onKey("n", () => next.click());
for (const select of document.querySelectorAll("[data-submits]")) select.addEventListener("change", () => select.form.requestSubmit());
