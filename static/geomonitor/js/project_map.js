/* The small map of a project page: its sites with their numbers, stretches and areas. */
import { L } from "geomonitor/leaflet";
import { baseMap } from "geomonitor/base-map";

function draw(element) {
  const data = JSON.parse(document.getElementById(element.dataset.projectMap).textContent);
  const read = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const [west, south, east, north] = data.bbox;
  const bounds = L.latLngBounds([south, west], [north, east]).pad(0.4);
  const map = baseMap(element, {
    outsideTiles: element.dataset.tiles,
    outsideAttribution: element.dataset.attribution,
    center: bounds.getCenter(),
    zoom: 16,
    scrollWheelZoom: false,
  });
  L.control.zoom({ position: "topright" }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  L.geoJSON(data, {
    style: { color: read("--green"), weight: 5, fillOpacity: 0.2 },
    pointToLayer: ({ properties }, at) => {
      if (properties.radius_m) L.circle(at, { radius: properties.radius_m, color: read("--green"), weight: 1 }).addTo(map);
      const icon = L.divIcon({ className: "site-pin", html: String(properties.no), iconSize: [28, 28] });
      return L.marker(at, { icon, keyboard: false, interactive: false });
    },
  }).addTo(map);
  map.fitBounds(bounds, { maxZoom: 15, animate: false }); // far enough to show where in the village
}

for (const element of document.querySelectorAll("[data-project-map]")) draw(element);
