/* The map's whole state as a query string, so that a view can be sent as a link. Pure, apart from nothing. */

/** Filters with one value as usual words; all others are the filter vocabulary of projects/filters.py. */
const VIEW_KEYS = ["z", "lat", "lon", "project"];

/** "?year=2026&z=12&lat=-8.2&lon=114.3&project=7" → {filters: URLSearchParams, view, project}. */
export function readState(search) {
  const all = new URLSearchParams(search);
  const numbers = ["z", "lat", "lon"].map((key) => (all.has(key) ? Number(all.get(key)) : NaN));
  const view = numbers.every(Number.isFinite) ? { zoom: numbers[0], center: [numbers[1], numbers[2]] } : null;
  const project = all.get("project") || null;
  const filters = new URLSearchParams([...all].filter(([key, value]) => !VIEW_KEYS.includes(key) && value !== ""));
  return { filters, view, project };
}

/** The other way round; repeated filters stay together, coordinates keep five decimals (1 m). */
export function writeState({ filters, view, project }) {
  const all = new URLSearchParams(filters);
  all.sort();
  if (view) {
    all.set("z", String(view.zoom));
    all.set("lat", view.center[0].toFixed(5));
    all.set("lon", view.center[1].toFixed(5));
  }
  if (project) all.set("project", String(project));
  const written = all.toString().replaceAll("%2C", ",");
  return written ? `?${written}` : "";
}

/** Filters as a stable query string for tiles and figures: equal filters give equal addresses. */
export function filterQuery(filters) {
  const sorted = new URLSearchParams(filters);
  sorted.sort();
  return sorted.toString();
}
