/* The small map of a case: both projects where they are, told apart by colour and by dashes or shape. */
import { L } from "geomonitor/leaflet";
import { json } from "geomonitor/request";

/** Leaflet style of a side: the left one solid, the right one dashed and drawn above it. */
export function styleOf(side, read) {
  return side === "left"
    ? { color: read("--sky"), weight: 8, opacity: 0.75, fillOpacity: 0.2 }
    : { color: read("--turmeric"), weight: 6, opacity: 0.95, dashArray: "10 8", fillOpacity: 0.2 };
}

function draw(container) {
  const data = JSON.parse(document.getElementById(container.dataset.source).textContent);
  const tokens = getComputedStyle(document.documentElement);
  const read = (name) => tokens.getPropertyValue(name).trim();
  const map = L.map(container, { attributionControl: false, scrollWheelZoom: false, maxZoom: 20 });
  L.control.scale({ imperial: false }).addTo(map);
  const layer = L.geoJSON(data, {
    style: (feature) => styleOf(feature.properties.side, read),
    pointToLayer: (feature, at) =>
      L.circleMarker(at, { ...styleOf(feature.properties.side, read), radius: feature.properties.side === "left" ? 12 : 7, weight: 3 }),
    onEachFeature: (feature, part) => part.bindTooltip(() => document.createTextNode(feature.properties.title), { sticky: true }),
  }).addTo(map);
  const bounds = layer.getBounds();
  if (bounds.isValid()) map.fitBounds(bounds.pad(0.3), { maxZoom: 19, animate: false });
  else map.setView([0, 0], 1);
  drawGround(map, read);
}

/** Village borders beneath; the map says enough without them, so a failure is not shown. */
async function drawGround(map, read) {
  const ground = await json("/map/ground.json", { quiet: true }).catch(() => null);
  for (const line of ground?.villages ?? []) {
    const points = line.map(([lon, lat]) => [lat, lon]);
    L.polyline(points, { interactive: false, color: read("--line-strong"), weight: 1 }).addTo(map).bringToBack();
  }
}

for (const container of document.querySelectorAll("[data-pair-map]")) draw(container);
