/* The quiet ground: sea, land, borders. Drawn on one canvas beneath the marks, from one cached answer. */
import { L } from "geomonitor/leaflet";
import { readColours } from "geomonitor/symbols";

const flip = ([lon, lat]) => [lat, lon];
const flipRing = (ring) => ring.map(flip);
const VILLAGES_FROM_ZOOM = 10;
const ON_EDGE_DEG = 0.0002;

/** [west, south, east, north] of rings of [lon, lat]. */
export function boxOf(polygons) {
  const points = polygons.flat(2);
  const lons = points.map(([lon]) => lon), lats = points.map(([, lat]) => lat);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

/** A ring as lines, without the parts along the box at which the data was cut: those are no coast. Pure. */
export function coastOf(ring, [west, south, east, north]) {
  const on = (value, edge) => Math.abs(value - edge) < ON_EDGE_DEG;
  const cut = (a, b) => [west, east].some((edge) => on(a[0], edge) && on(b[0], edge)) || [south, north].some((edge) => on(a[1], edge) && on(b[1], edge));
  const lines = [];
  let line = [ring[0]];
  for (let index = 1; index < ring.length; index += 1) {
    if (!cut(ring[index - 1], ring[index])) line.push(ring[index]);
    else {
      if (line.length > 1) lines.push(line);
      line = [ring[index]];
    }
  }
  if (line.length > 1) lines.push(line);
  return lines;
}

/** What lies west and east of the box, where nothing is known: two areas as [lat, lon] corners. */
function besides([west, , east]) {
  return [[-540, west], [east, 540]].map(([left, right]) => [[-85, left], [-85, right], [85, right], [85, left]]);
}

/** Add the ground (answer of /map/ground.json) to a map; returns {recolour()} for light and dark. */
export function addGround(map, ground) {
  const pane = map.getPane("ground") ?? map.createPane("ground");
  pane.style.zIndex = "150";
  pane.style.pointerEvents = "none";
  const renderer = L.canvas({ pane: "ground", padding: 0.6 });
  const common = { renderer, interactive: false, pane: "ground", smoothFactor: 0.8 };
  const box = ground.land.length ? boxOf(ground.land) : null;
  const land = ground.land.map((rings) => L.polygon(rings.map(flipRing), { ...common, stroke: false }));
  const coast = ground.land.map((rings) => L.polyline(rings.flatMap((ring) => coastOf(ring, box)).map(flipRing), common));
  const neighbours = ground.neighbours.flatMap(({ rings }) => rings.map((rings_) => L.polyline(rings_.flatMap((ring) => coastOf(ring, box)).map(flipRing), common)));
  const frame = box ? besides(box).map((corners) => L.polygon(corners, { ...common, stroke: false })) : [];
  const home = ground.home.map((rings) => L.polygon(rings.map(flipRing), common));
  const districts = L.polyline(ground.districts.map(flipRing), common);
  const villages = L.polyline(ground.villages.map(flipRing), common);

  function recolour() {
    const colour = readColours(map.getContainer());
    for (const shape of land) shape.setStyle({ fillColor: colour["land-other"], fillOpacity: 1 });
    for (const shape of coast) shape.setStyle({ weight: 1, color: colour.coast });
    for (const shape of frame) shape.setStyle({ fillColor: colour.paper, fillOpacity: 1 });
    for (const shape of neighbours) shape.setStyle({ weight: 0.8, color: colour["border-district"] });
    for (const shape of home) shape.setStyle({ weight: 1.2, color: colour.coast, fillColor: colour.land, fillOpacity: 1 });
    villages.setStyle({ weight: 0.8, color: colour["border-village"], fill: false });
    districts.setStyle({ weight: 1.1, color: colour["border-district"], fill: false });
  }

  function byZoom() {
    const shown = map.getZoom() >= VILLAGES_FROM_ZOOM;
    if (shown && !map.hasLayer(villages)) {
      villages.addTo(map);
      villages.bringToBack();
      for (const shape of [...home].reverse()) shape.bringToBack();
      for (const shape of [...neighbours, ...coast, ...land].reverse()) shape.bringToBack();
    } else if (!shown) villages.remove();
  }

  recolour();
  for (const layer of [...land, ...coast, ...neighbours, ...home, districts, ...frame]) layer.addTo(map);
  byZoom();
  map.on("zoomend", byZoom);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
  return { recolour };
}
