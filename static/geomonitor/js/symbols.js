/* How a project and a group of projects are drawn. Shape carries the meaning, colour repeats it. */

export const PIN_RADIUS = 8;
const NO_LOCATED_PHOTO = new Set(["none", "unlocated"]);
const LOOK_HERE = new Set(["outside", "suspect"]);

/** The colours in force, from the style sheet's tokens; read again when light and dark change. */
export function readColours(element = document.documentElement) {
  const style = getComputedStyle(element);
  const names = ["card", "paper", "ink", "ink-3", "line", "line-strong", "clay", "turmeric", "sky", "p0", "p25", "p50", "p75", "p100", "sea", "land", "land-other", "border-district", "border-village", "coast", "map-name", "map-halo"];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/** Colour name of a progress: 0, 1–49, 50–74, 75–99, 100 %. */
export function progressName(progress) {
  if (progress <= 0) return "p0";
  if (progress < 50) return "p25";
  if (progress < 75) return "p50";
  return progress < 100 ? "p75" : "p100";
}

export const isBroken = (evidence) => NO_LOCATED_PHOTO.has(evidence);
export const needsLook = (evidence) => LOOK_HERE.has(evidence);

/** Diameter of a cluster's ring in pixels: by the square root of its share of the largest in sight, 28 to 62, and room for its digits. */
export function clusterSize(count, largest = 0) {
  const room = 18 + 7 * String(count).length;
  return Math.max(room, Math.round(28 + 34 * Math.sqrt(Math.min(1, count / Math.max(120, largest)))));
}

/** The next power of two, so that sizes keep still while the map moves. */
export function scaleOf(counts) {
  return 2 ** Math.ceil(Math.log2(Math.max(1, ...counts)));
}

/** Shares as arcs of a circle: [{name, start, length}] in parts of 1, from the top clockwise, biggest progress last. */
export function arcs({ p0 = 0, p1 = 0, p50 = 0, p100 = 0 }) {
  const total = p0 + p1 + p50 + p100;
  if (!total) return [];
  let start = 0;
  return [["p0", p0], ["p25", p1], ["p50", p50], ["p100", p100]]
    .filter(([, part]) => part > 0)
    .map(([name, part]) => {
      const arc = { name, start, length: part / total };
      start += arc.length;
      return arc;
    });
}

const SVG = "http://www.w3.org/2000/svg";

function svg(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

/** A cluster's ring as SVG of the given diameter. */
export function clusterRing(feature, size) {
  const width = Math.max(4, size * 0.11);
  const radius = size / 2 - width / 2 - 1;
  const around = 2 * Math.PI * radius;
  const drawn = svg("svg", { viewBox: `0 0 ${size} ${size}`, "aria-hidden": "true" });
  drawn.append(svg("circle", { class: "disc", cx: size / 2, cy: size / 2, r: size / 2 }));
  for (const { name, start, length } of arcs(feature)) {
    drawn.append(svg("circle", {
      class: `arc ${name}`, cx: size / 2, cy: size / 2, r: radius, "stroke-width": width,
      "stroke-dasharray": `${length * around} ${around}`,
      transform: `rotate(${start * 360 - 90} ${size / 2} ${size / 2})`,
    }));
  }
  if (feature.look > 0) {
    const x = size * 0.86, y = size * 0.14, r = 6.5;
    drawn.append(svg("path", { class: "look", d: `M${x} ${y - r} L${x + r} ${y + r * 0.8} L${x - r} ${y + r * 0.8} Z` }));
  }
  return drawn;
}

/** One pin on a canvas at (x, y): a ring filled to its progress, broken without located photo, triangle to look. */
export function drawPin(context, x, y, { progress, evidence, stacked = 1 }, colours) {
  const r = PIN_RADIUS;
  context.save();
  context.beginPath();
  context.arc(x, y, r + 3, 0, 2 * Math.PI);
  context.fillStyle = colours.card;
  context.shadowColor = "rgb(22 48 43 / 30%)";
  context.shadowBlur = 4;
  context.shadowOffsetY = 1;
  context.fill();
  context.shadowColor = "transparent";
  context.lineWidth = 4;
  context.strokeStyle = isBroken(evidence) ? colours["ink-3"] : colours.p0;
  if (isBroken(evidence)) {
    context.lineWidth = 2.5;
    context.setLineDash([3.2, 3.08]);
  }
  context.beginPath();
  context.arc(x, y, r, -Math.PI / 2, 1.5 * Math.PI);
  context.stroke();
  context.setLineDash([]);
  context.lineWidth = 4;
  if (progress > 0) {
    context.strokeStyle = colours[progressName(progress)];
    if (isBroken(evidence)) context.setLineDash([4.4, 1.88]);
    context.beginPath();
    context.arc(x, y, r, -Math.PI / 2, -Math.PI / 2 + (progress / 100) * 2 * Math.PI);
    context.stroke();
    context.setLineDash([]);
  }
  if (stacked > 1) drawCount(context, x, y, stacked, colours);
  if (needsLook(evidence)) drawLook(context, x + r * 0.85, y - r * 0.95, colours);
  context.restore();
}

function drawCount(context, x, y, count, colours) {
  context.fillStyle = colours.ink;
  context.font = '700 9px "Plus Jakarta Sans", sans-serif';
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(String(count), x, y + 0.5);
}

function drawLook(context, x, y, colours) {
  const r = 5.5;
  context.beginPath();
  context.moveTo(x, y - r);
  context.lineTo(x + r, y + r * 0.8);
  context.lineTo(x - r, y + r * 0.8);
  context.closePath();
  context.lineWidth = 2.5;
  context.lineJoin = "round";
  context.strokeStyle = colours.card;
  context.stroke();
  context.fillStyle = colours.clay;
  context.fill();
}
