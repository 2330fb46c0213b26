/* How far the phone is from a site, live while somebody walks: within a metre. The server decides, to the centimetre. Pure. */

const METRES_PER_DEGREE = 111_320;

/** Metres east and north of `from`, for points a few kilometres away. */
function flat([lon, lat], from) {
  const squeeze = Math.cos((from[1] * Math.PI) / 180);
  return [(lon - from[0]) * METRES_PER_DEGREE * squeeze, (lat - from[1]) * 110_574];
}

/** Metres between two [lon, lat]. */
export function metresBetween(a, b) {
  return Math.hypot(...flat(b, a));
}

/** Metres from a [lon, lat] to the nearest part of a GeoJSON geometry; 0 inside an area. */
export function metresTo(point, geometry) {
  const { type, coordinates } = geometry;
  if (type === "Point") return metresBetween(point, coordinates);
  if (type === "LineString") return toLine(point, coordinates);
  if (type === "Polygon") return isInside(point, coordinates) ? 0 : Math.min(...coordinates.map((ring) => toLine(point, ring)));
  const single = type.replace("Multi", "");
  const parts = geometry.geometries ?? coordinates.map((part) => ({ type: single, coordinates: part }));
  return Math.min(...parts.map((part) => metresTo(point, part)));
}

function toLine(point, line) {
  const places = line.map((place) => flat(place, point));
  if (places.length === 1) return Math.hypot(...places[0]);
  return Math.min(...places.slice(1).map((end, index) => toSegment(places[index], end)));
}

/** From the origin to the segment a–b. */
function toSegment([ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length ? Math.min(1, Math.max(0, -(ax * dx + ay * dy) / length)) : 0;
  return Math.hypot(ax + along * dx, ay + along * dy);
}

function isInside([x, y], rings) {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const [[xi, yi], [xj, yj]] = [ring[i], ring[j]];
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
    }
  }
  return inside;
}

/** The site nearest to a point, with its distance: {site, metres}, or null without sites. */
export function nearest(point, sites) {
  const measured = sites.map((site) => ({ site, metres: metresTo(point, site.geometry) }));
  return measured.reduce((best, one) => (!best || one.metres < best.metres ? one : best), null);
}

/** "4 m", "1,3 km": a length for people, in the page's language. */
export function metresText(metres, language = "id") {
  const number = (value, digits) => new Intl.NumberFormat(language, { maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value);
  if (metres < 999.5) return `${number(metres, 0)} m`;
  return metres < 99_950 ? `${number(metres / 1000, 1)} km` : `${number(metres / 1000, 0)} km`;
}
