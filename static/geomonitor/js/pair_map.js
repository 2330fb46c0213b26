/* The small map of a case: both projects where they are, told apart by colour and by dashes or shape. */
import { L } from "geomonitor/leaflet";
import { baseMap } from "geomonitor/base-map";

/** Leaflet style of a side: the left one solid, the right one dashed and drawn above it. */
export function styleOf(side, read) {
  return side === "left"
    ? { color: read("--sky"), weight: 8, opacity: 0.75, fillOpacity: 0.2 }
    : { color: read("--turmeric"), weight: 6, opacity: 0.95, dashArray: "10 8", fillOpacity: 0.2 };
}

/** One drawn part of each side, {left, right}: the one that carries the side's name. */
export function firstOf(parts) {
  const found = {};
  for (const part of parts) found[part.feature.properties.side] ??= part;
  return found;
}

/** Year and name stand on the map, the left one above its drawing, the right one below: they keep clear of each other. */
function name(part, side) {
  const { label } = part.feature.properties;
  part.unbindTooltip().bindTooltip(() => document.createTextNode(label), {
    permanent: true, direction: side === "left" ? "top" : "bottom", className: `pair-label pair-label-${side}`, offset: [0, side === "left" ? -8 : 8],
  });
}

function draw(container) {
  const data = JSON.parse(document.getElementById(container.dataset.source).textContent);
  const tokens = getComputedStyle(document.documentElement);
  const read = (name) => tokens.getPropertyValue(name).trim();
  const map = baseMap(container, { center: [0, 0], zoom: 8, scrollWheelZoom: false, maxZoom: 20, zoomSnap: 0.25 });
  L.control.zoom({ position: "topright" }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  const layer = L.geoJSON(data, {
    style: (feature) => styleOf(feature.properties.side, read),
    pointToLayer: (feature, at) =>
      L.circleMarker(at, { ...styleOf(feature.properties.side, read), radius: feature.properties.side === "left" ? 12 : 7, weight: 3 }),
    onEachFeature: (feature, part) => part.bindTooltip(() => document.createTextNode(feature.properties.title), { sticky: true }),
  }).addTo(map);
  const bounds = layer.getBounds();
  for (const [side, part] of Object.entries(firstOf(layer.getLayers()))) name(part, side);
  if (bounds.isValid()) map.fitBounds(bounds.pad(0.3), { maxZoom: 19, animate: false });
}

for (const container of document.querySelectorAll("[data-pair-map]")) draw(container);
