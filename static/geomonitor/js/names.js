/* Names on the ground that don't collide with pins: placed greedily, the more important first. */
import { L } from "geomonitor/leaflet";
import { readColours } from "geomonitor/symbols";

const DISTRICTS_FROM = 10, VILLAGES_FROM = 12, MARGIN = 3;
// Where a name may stand around its point: parts of its own width and height, then pixels, the nearest first.
const OFFSETS = [
  [0, 0, 0, 0], [0, 0, 0, 14], [0, 0, 0, -14], [0.25, 0, 0, 14], [-0.25, 0, 0, 14], [0.25, 0, 0, -14], [-0.25, 0, 0, -14],
  [0, 0, 0, 26], [0, 0, 0, -26], [0.5, 0, 14, 0], [-0.5, 0, -14, 0], [0.4, 0, 10, 20], [-0.4, 0, -10, 20],
  [0.4, 0, 10, -20], [-0.4, 0, -10, -20], [0, 0, 0, 34], [0, 0, 0, -34],
];

/** Whether two boxes {left, top, right, bottom} share anything. */
export function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/**
 * Choose a place for each label that touches no obstacle and no other label, or leave it out. Pure.
 * labels: [{x, y, width, height, …}] in order of importance; returns those placed, with left and top.
 */
export function place(labels, obstacles) {
  const taken = [...obstacles];
  const placed = [];
  for (const label of labels) {
    for (const [wide, high, dx, dy] of OFFSETS) {
      const left = label.x + (wide - 0.5) * label.width + dx, top = label.y + (high - 0.5) * label.height + dy;
      const box = { left: left - MARGIN, top: top - MARGIN, right: left + label.width + MARGIN, bottom: top + label.height + MARGIN };
      if (taken.some((other) => overlap(box, other))) continue;
      taken.push(box);
      placed.push({ ...label, left, top });
      break;
    }
  }
  return placed;
}

/** Which names a zoom shows, and how: districts from 10, villages from 12. */
export function styleOf(level, zoom) {
  if (level === "district" && zoom >= DISTRICTS_FROM && zoom < 15) return { size: zoom >= VILLAGES_FROM ? 13 : 11.5, weight: zoom >= VILLAGES_FROM ? 700 : 500, spaced: zoom >= VILLAGES_FROM };
  if (level === "village" && zoom >= VILLAGES_FROM) return { size: 11.5, weight: 500, spaced: false };
  return null;
}

/** A canvas over the ground and under the marks. obstacles(): boxes of the marks in container pixels. */
export const Names = L.Layer.extend({
  initialize(names, obstacles) {
    this._names = [...names].sort((a, b) => (a.level === b.level ? 0 : a.level === "district" ? -1 : 1));
    this._obstacles = obstacles;
  },
  onAdd(map) {
    const pane = map.getPane("names") ?? map.createPane("names");
    pane.style.zIndex = "450";
    pane.style.pointerEvents = "none";
    this._canvas = L.DomUtil.create("canvas", "map-names leaflet-zoom-hide", pane);
    map.on("moveend zoomend resize", this.redraw, this);
    this.redraw();
  },
  onRemove(map) {
    this._canvas.remove();
    map.off("moveend zoomend resize", this.redraw, this);
  },
  redraw() {
    if (!this._map || this._waiting) return;
    this._waiting = requestAnimationFrame(() => {
      this._waiting = null;
      if (this._map) this._draw();
    });
  },
  _draw() {
    const map = this._map, size = map.getSize(), scale = window.devicePixelRatio || 1;
    L.DomUtil.setPosition(this._canvas, map.containerPointToLayerPoint([0, 0]));
    this._canvas.width = size.x * scale;
    this._canvas.height = size.y * scale;
    this._canvas.style.width = `${size.x}px`;
    this._canvas.style.height = `${size.y}px`;
    const context = this._canvas.getContext("2d");
    context.scale(scale, scale);
    const colours = readColours(map.getContainer());
    const labels = this._labels(context, map, size);
    context.textBaseline = "top";
    context.lineJoin = "round";
    for (const label of place(labels, this._obstacles())) {
      setFont(context, label.style);
      context.lineWidth = 3;
      context.strokeStyle = colours["map-halo"];
      context.strokeText(label.name, label.left, label.top);
      context.fillStyle = colours["map-name"];
      context.fillText(label.name, label.left, label.top);
    }
  },
  _labels(context, map, size) {
    const found = [];
    for (const { name, level, lon, lat } of this._names) {
      const style = styleOf(level, map.getZoom());
      if (!style) continue;
      const { x, y } = map.latLngToContainerPoint([lat, lon]);
      if (x < -80 || y < -20 || x > size.x + 80 || y > size.y + 20) continue;
      setFont(context, style);
      found.push({ name, style, x, y, width: context.measureText(name).width, height: style.size * 1.2 });
    }
    return found;
  },
});

function setFont(context, style) {
  context.font = `${style.weight} ${style.size}px "Plus Jakarta Sans", sans-serif`;
  if ("letterSpacing" in context) context.letterSpacing = style.spaced ? "0.6px" : "0px";
}
