/* Coordinates as people write them, read without guessing: latitude first, or letters say which is which. */

const LETTERS = { N: "lat", S: "lat", U: "lat", LU: "lat", LS: "lat", E: "lon", W: "lon", T: "lon", B: "lon", BT: "lon", BB: "lon" };
const NEGATIVE = new Set(["S", "LS", "W", "BB", "B"]);
const PART = String.raw`([-+−]?\d+(?:[.,]\d+)?)\s*°?\s*(?:(\d+(?:[.,]\d+)?)\s*['′’]\s*)?(?:(\d+(?:[.,]\d+)?)\s*(?:["″”]|'')\s*)?`;
const LETTER = String.raw`(LU|LS|BT|BB|[NSEWUTB])`;

/**
 * "-8.2192, 114.3691", "8°13'09\"S 114°22'09\"E", "8° 13' 9\" LS, 114° 22' 9\" BT" → {lat, lon}.
 * Decimal numbers without letters are latitude, longitude. A lone comma in a number is a decimal comma only
 * when the two numbers are parted by a space or semicolon. Returns null if it is not two coordinates.
 */
export function readCoordinates(written) {
  const text = written.trim().toUpperCase().replaceAll("−", "-");
  const parts = readLettered(text) ?? readPlain(text);
  if (!parts) return null;
  const { lat, lon } = parts;
  if (!(Math.abs(lat) <= 90 && Math.abs(lon) <= 180)) return null;
  return { lat, lon };
}

function readLettered(text) {
  const behind = new RegExp(`^${PART}${LETTER}[\\s,;]*${PART}${LETTER}$`);
  const before = new RegExp(`^${LETTER}\\s*${PART}[\\s,;]*${LETTER}\\s*${PART}$`);
  let found = text.match(behind);
  if (found) return pair(found.slice(1, 4), found[4], found.slice(5, 8), found[8]);
  found = text.match(before);
  if (found) return pair(found.slice(2, 5), found[1], found.slice(6, 9), found[5]);
  return null;
}

function pair(first, firstLetter, second, secondLetter) {
  if (LETTERS[firstLetter] === LETTERS[secondLetter]) return null;
  const values = { [LETTERS[firstLetter]]: degrees(first, firstLetter), [LETTERS[secondLetter]]: degrees(second, secondLetter) };
  return Number.isFinite(values.lat) && Number.isFinite(values.lon) ? values : null;
}

function readPlain(text) {
  const decimal = text.match(/^([-+]?\d+(?:\.\d+)?)\s*[,;\s]\s*([-+]?\d+(?:\.\d+)?)$/) ?? text.match(/^([-+]?\d+,\d+)\s*[;\s]\s*([-+]?\d+,\d+)$/);
  if (decimal) return { lat: toNumber(decimal[1]), lon: toNumber(decimal[2]) };
  const dms = text.match(new RegExp(`^${PART}[\\s,;]+${PART}$`));
  if (!dms || !(text.includes("°") || text.includes("'"))) return null;
  const lat = degrees(dms.slice(1, 4), "");
  const lon = degrees(dms.slice(4, 7), "");
  return Number.isFinite(lat) && Number.isFinite(lon) ? { lat, lon } : null;
}

function degrees([whole, minutes, seconds], letter) {
  if (toNumber(minutes ?? "0") >= 60 || toNumber(seconds ?? "0") >= 60) return NaN;
  const size = Math.abs(toNumber(whole)) + toNumber(minutes ?? "0") / 60 + toNumber(seconds ?? "0") / 3600;
  return whole.startsWith("-") || NEGATIVE.has(letter) ? -size : size;
}

function toNumber(written) {
  return Number(written.replace(",", "."));
}
