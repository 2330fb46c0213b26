/* The quiet ground: sea, land, borders. Drawn on one canvas beneath the marks, from one cached answer. */
import { L } from "geomonitor/leaflet";
import { readColours } from "geomonitor/symbols";

const flip = ([lon, lat]) => [lat, lon];
const flipRing = (ring) => ring.map(flip);
const VILLAGES_FROM_ZOOM = 10;

/** Add the ground (answer of /map/ground.json) to a map; returns {recolour()} for light and dark. */
export function addGround(map, ground) {
  const pane = map.getPane("ground") ?? map.createPane("ground");
  pane.style.zIndex = "150";
  pane.style.pointerEvents = "none";
  const renderer = L.canvas({ pane: "ground", padding: 0.6 });
  const common = { renderer, interactive: false, pane: "ground", smoothFactor: 0.8 };
  const land = ground.land.map((rings) => L.polygon(rings.map(flipRing), common));
  const neighbours = ground.neighbours.flatMap(({ rings }) => rings.map((rings_) => L.polygon(rings_.map(flipRing), { ...common, fill: false })));
  const home = ground.home.map((rings) => L.polygon(rings.map(flipRing), common));
  const districts = L.polyline(ground.districts.map(flipRing), common);
  const villages = L.polyline(ground.villages.map(flipRing), common);

  function recolour() {
    const colour = readColours(map.getContainer());
    for (const shape of land) shape.setStyle({ stroke: true, weight: 1, color: colour.coast, fillColor: colour["land-other"], fillOpacity: 1 });
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
      for (const shape of [...neighbours, ...land].reverse()) shape.bringToBack();
    } else if (!shown) villages.remove();
  }

  recolour();
  for (const layer of [...land, ...neighbours, ...home, districts]) layer.addTo(map);
  byZoom();
  map.on("zoomend", byZoom);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
  return { recolour };
}
