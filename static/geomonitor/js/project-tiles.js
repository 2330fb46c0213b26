/* Projects from vector tiles: pins on canvas, clusters as buttons. Loading and drawing; what a click means is map.js's. */
import { L } from "geomonitor/leaflet";
import { PbfReader } from "pbf";
import { VectorTile } from "@mapbox/vector-tile";
import { request } from "geomonitor/request";
import { number, text } from "geomonitor/texts";
import { clusterRing, clusterSize, drawPin, readColours, scaleOf } from "geomonitor/symbols";

const TILE = 256;
const OVERDRAW = 24; // pins near an edge reach into the neighbour
const STACK_PX = 6; // pins nearer than this are drawn as one with their number
const PUSH_STEPS = 24, PUSH_GAP = 1, PUSH_MOST = 22;

const CELLS = 4; // groups of a tile stand in 4 × 4 cells, squares of the grid two zooms deeper

/** The features of a tile: [{x, y (px in the tile), lat, lon, cell ("z/x/y" of its square), …properties}]. */
export function readTile(buffer, { z, x, y }) {
  const layer = new VectorTile(new PbfReader(buffer)).layers.projects;
  if (!layer) return [];
  return Array.from({ length: layer.length }, (_, index) => {
    const feature = layer.feature(index);
    const [[point]] = feature.loadGeometry();
    const across = (x + (point.x + 0.5) / layer.extent) / 2 ** z, down = (y + (point.y + 0.5) / layer.extent) / 2 ** z;
    const column = CELLS * x + Math.floor((CELLS * point.x) / layer.extent), row = CELLS * y + Math.floor((CELLS * point.y) / layer.extent);
    return {
      ...feature.properties,
      cell: `${z + 2}/${column}/${row}`,
      x: (point.x / layer.extent) * TILE,
      y: (point.y / layer.extent) * TILE,
      lon: across * 360 - 180,
      lat: (Math.atan(Math.sinh(Math.PI * (1 - 2 * down))) * 180) / Math.PI,
    };
  });
}

/** Pins that lie on each other, as groups: [[feature, …], …]. Pure. */
export function stacks(pins, within = STACK_PX) {
  const groups = [];
  for (const pin of pins) {
    const near = groups.find(([first]) => Math.hypot(first.x - pin.x, first.y - pin.y) <= within);
    if (near) near.push(pin);
    else groups.push([pin]);
  }
  return groups;
}

/** Push circles {x, y, r} apart until they hardly overlap, none further than PUSH_MOST px. Pure; returns offsets. */
export function pushApart(circles) {
  const moved = circles.map(({ x, y, r }) => ({ x, y, r }));
  for (let step = 0; step < PUSH_STEPS; step += 1) {
    let still = true;
    for (let i = 0; i < moved.length; i += 1) {
      for (let j = i + 1; j < moved.length; j += 1) {
        const a = moved[i], b = moved[j];
        const dx = b.x - a.x, dy = b.y - a.y, wanted = a.r + b.r + PUSH_GAP, distance = Math.hypot(dx, dy) || 0.01;
        if (distance >= wanted) continue;
        still = false;
        const shift = (wanted - distance) / 2 / distance;
        const weight = (2 * b.r) / (a.r + b.r);
        a.x -= dx * shift * weight;
        a.y -= dy * shift * weight;
        b.x += dx * shift * (2 - weight);
        b.y += dy * shift * (2 - weight);
      }
    }
    if (still) break;
  }
  return moved.map(({ x, y }, index) => {
    const dx = x - circles[index].x, dy = y - circles[index].y, far = Math.hypot(dx, dy);
    const part = far > PUSH_MOST ? PUSH_MOST / far : 1;
    return { x: dx * part, y: dy * part };
  });
}

/**
 * The layer. options: url ("/tiles/…/{z}/{x}/{y}.mvt"), query (filter string), onCluster(feature).
 * Fires "features" after anything arrived or left. features(): what is loaded for the map's zoom.
 */
export const ProjectTiles = L.GridLayer.extend({
  options: { pane: "tilePane", tileSize: TILE, updateWhenZooming: false, keepBuffer: 1, zIndex: 5, className: "project-tiles" },

  initialize(options) {
    L.GridLayer.prototype.initialize.call(this, options);
    this._loaded = new Map();
    this._markers = new Map();
    this._generation = 0;
    this.on("tileunload", ({ coords }) => {
      this._loaded.delete(key(coords));
      this._later();
    });
  },

  onAdd(map) {
    this._colours = readColours(map.getContainer());
    this._group = L.layerGroup().addTo(map);
    L.GridLayer.prototype.onAdd.call(this, map);
    map.on("zoomend", this._later, this);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this._colours = readColours(map.getContainer());
      this.redraw();
    });
  },

  setQuery(query) {
    this.options.query = query;
    this._generation += 1;
    this._loaded.clear();
    this.redraw();
    this._later();
  },

  features() {
    const zoom = this._map?.getZoom();
    const found = [];
    for (const { coords, features } of this._loaded.values()) {
      if (coords.z === zoom) found.push(...features);
    }
    return found;
  },

  pins() {
    return this.features().filter((feature) => feature.count === 1);
  },

  clusters() {
    return this.features().filter((feature) => feature.count > 1);
  },

  createTile(coords, done) {
    const tile = document.createElement("div");
    const generation = this._generation;
    this._fetch(coords)
      .then((features) => {
        if (generation !== this._generation || !this._map) return;
        this._loaded.set(key(coords), { coords, features });
        this._paint(tile, features);
        this._later();
        done(null, tile);
      })
      .catch((failure) => done(failure, tile));
    return tile;
  },

  async _fetch(coords) {
    const side = 2 ** coords.z;
    if (coords.y < 0 || coords.y >= side) return [];
    const at = { z: coords.z, x: ((coords.x % side) + side) % side, y: coords.y };
    const url = L.Util.template(this.options.url, at) + (this.options.query ? `?${this.options.query}` : "");
    const response = await request(url);
    return response.status === 204 ? [] : readTile(await response.arrayBuffer(), at);
  },

  _paint(tile, features) {
    const pins = features.filter((feature) => feature.count === 1);
    if (!pins.length) return;
    const size = TILE + 2 * OVERDRAW, scale = window.devicePixelRatio || 1;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = size * scale;
    canvas.style.cssText = `position:absolute;left:${-OVERDRAW}px;top:${-OVERDRAW}px;width:${size}px;height:${size}px;max-width:none`;
    const context = canvas.getContext("2d");
    context.scale(scale, scale);
    for (const group of stacks(pins)) {
      const [first] = group;
      const worst = group.find((pin) => ["outside", "suspect"].includes(pin.evidence)) ?? first;
      drawPin(context, first.x + OVERDRAW, first.y + OVERDRAW, { ...first, evidence: worst.evidence, stacked: group.length }, this._colours);
    }
    tile.append(canvas);
  },

  _later() {
    if (this._waiting) return;
    this._waiting = requestAnimationFrame(() => {
      this._waiting = null;
      if (!this._map) return;
      this._placeClusters();
      this.fire("features");
    });
  },

  _placeClusters() {
    const map = this._map;
    const clusters = this.clusters();
    const largest = scaleOf(clusters.map((feature) => feature.count));
    const circles = clusters.map((feature) => {
      const { x, y } = map.project([feature.lat, feature.lon]);
      feature.size = clusterSize(feature.count, largest);
      return { x, y, r: feature.size / 2 };
    });
    const offsets = pushApart(circles);
    const wanted = new Map(clusters.map((feature, index) => [clusterKey(feature, map.getZoom()), { feature, circle: circles[index], offset: offsets[index] }]));
    for (const [name, marker] of this._markers) {
      if (wanted.has(name)) continue;
      marker.remove();
      this._markers.delete(name);
    }
    for (const [name, { feature, circle, offset }] of wanted) {
      feature.shown = map.unproject([circle.x + offset.x, circle.y + offset.y]);
      const known = this._markers.get(name);
      if (known) known.setLatLng(feature.shown);
      else this._markers.set(name, this._cluster(feature).addTo(this._group));
    }
  },

  _cluster(feature) {
    const size = feature.size;
    return L.marker(feature.shown, {
      icon: new ClusterIcon({ iconSize: [size, size], feature }),
      keyboard: false,
      bubblingMouseEvents: false,
      zIndexOffset: feature.count,
    }).on("click", () => this.options.onCluster(feature));
  },
});

const ClusterIcon = L.Icon.extend({
  createIcon() {
    const { feature, iconSize: [size] } = this.options;
    const button = document.createElement("button");
    button.type = "button";
    button.append(clusterRing(feature, size));
    const count = document.createElement("span");
    count.textContent = number(feature.count);
    button.append(count);
    button.setAttribute("aria-label", text("map.cluster", { count: number(feature.count), done: number(feature.p100), untouched: number(feature.p0), look: number(feature.look) }));
    this.options.className = "cluster";
    L.Icon.prototype._setIconStyles.call(this, button, "icon");
    return button;
  },
  createShadow() {
    return null;
  },
});

function key({ x, y, z }) {
  return `${z}/${x}/${y}`;
}

function clusterKey(feature, zoom) {
  return [zoom, feature.size, feature.lon.toFixed(5), feature.lat.toFixed(5), feature.count, feature.p0, feature.p1, feature.p50, feature.p100, feature.look].join(":");
}
