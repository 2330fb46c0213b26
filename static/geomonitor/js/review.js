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

function draw(element) {
  const data = JSON.parse(document.getElementById("review-map-data").textContent);
  const tokens = getComputedStyle(document.documentElement);
  const colour = (name) => tokens.getPropertyValue(name).trim();
  const site = L.geoJSON(data.site, {
    style: { color: colour("--green"), weight: 5, fillOpacity: 0.2 },
    pointToLayer: (_feature, at) => L.circleMarker(at, { radius: 8, color: colour("--green"), weight: 4, fillColor: colour("--card"), fillOpacity: 1 }),
  });
  let bounds = site.getBounds();
  const photo = data.photo && L.latLng(data.photo[1], data.photo[0]);
  if (photo) bounds = bounds.extend(photo);
  const map = baseMap(element, { scrollWheelZoom: false, center: bounds.getCenter(), zoom: 17 });
  map.fitBounds(bounds.pad(0.4), { maxZoom: 18, animate: false });
  L.control.scale({ imperial: false }).addTo(map);
  if (data.site.type === "Point") L.circle(bounds.contains(site.getBounds()) ? site.getBounds().getCenter() : bounds.getCenter(), { radius: data.tolerance_m, color: colour("--green"), weight: 1, dashArray: "4 4", fillOpacity: 0.08 }).addTo(map);
  site.addTo(map);
  if (photo) drawPhoto(map, photo, site.getBounds().getCenter(), data, colour);
}

function drawPhoto(map, photo, centre, data, colour) {
  const line = colour(data.outside ? "--clay" : "--turmeric");
  L.polyline([centre, photo], { color: line, weight: 3, dashArray: "6 6" }).addTo(map).bindTooltip(document.querySelector("[data-distance]")?.textContent ?? "", { permanent: true, direction: "center", className: "distance-label" });
  if (data.error_m) L.circle(photo, { radius: data.error_m, color: line, weight: 1, fillOpacity: 0.1 }).addTo(map);
  L.circleMarker(photo, { radius: 7, color: "#ffffff", weight: 2, fillColor: line, fillOpacity: 1 }).addTo(map);
}

if (form) teachForm();
const element = document.querySelector("[data-review-map]");
if (element) draw(element);
const next = document.querySelector("[data-next]");
if (next) onKey("n", () => next.click());
for (const select of document.querySelectorAll("[data-submits]")) select.addEventListener("change", () => select.form.requestSubmit());
