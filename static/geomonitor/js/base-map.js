/* A map on our own ground, for every page that needs one: no tiles from outside unless the settings name some. */
import { L } from "geomonitor/leaflet";
import { addGround } from "geomonitor/ground";
import { Names } from "geomonitor/names";
import { json } from "geomonitor/request";

let ground = null;

/** The ground, asked once per page. */
export function loadGround(url = "/map/ground.json") {
  ground ??= json(url);
  return ground;
}

/**
 * An L.Map in `element` with coast, borders and names beneath.
 * options: Leaflet's, and outsideTiles / outsideAttribution; obstacles(): boxes the names keep clear of.
 * Returns the map at once; map.ready resolves when the ground is drawn. Without center and zoom it shows the regency.
 */
export function baseMap(element, { outsideTiles = "", outsideAttribution = "", groundUrl = undefined, obstacles = () => [], bounds = null, ...options } = {}) {
  const map = L.map(element, { zoomControl: false, attributionControl: Boolean(outsideTiles), minZoom: 7, maxZoom: 19, zoomSnap: 1, keyboardPanDelta: 120, fadeAnimation: false, ...options });
  if (bounds && !options.center) map.fitBounds(asLatLng(bounds), { animate: false });
  if (outsideTiles) L.tileLayer(outsideTiles, { attribution: outsideAttribution, maxZoom: 19 }).addTo(map);
  map.ready = loadGround(groundUrl).then((answer) => {
    if (!options.center && !bounds) map.fitBounds(asLatLng(answer.bounds), { animate: false });
    if (!outsideTiles) addGround(map, answer);
    map.names = new Names(answer.names, obstacles);
    if (!outsideTiles) map.names.addTo(map);
    return answer;
  });
  return map;
}

/** [west, south, east, north] → Leaflet's [[south, west], [north, east]]. */
export function asLatLng([west, south, east, north]) {
  return [[south, west], [north, east]];
}
