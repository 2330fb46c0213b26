/* Seals a picture and its fix at the shutter with a number of the server: docs/design/capture.md, byte for byte. */
import { json } from "geomonitor/request";

const FORM = "geomonitor-capture-1";
const VALUES = ["lon", "lat", "accuracy_m", "altitude_m", "heading_deg", "speed_m_s", "at", "age_s", "shot_at"];
const STOCK = 20;
const FEW = 8;

function hex(buffer) {
  return [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function bytesOf(digits) {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** A value as it stands in the fix's JSON; "" for one that is not there. */
function written(value) {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The text that is sealed. Pure. */
export function canonical(nonce, sha256, fix) {
  const lines = [FORM, `nonce=${nonce}`, `sha256=${sha256}`, ...VALUES.map((name) => `${name}=${written(fix[name])}`)];
  return lines.map((line) => `${line}\n`).join("");
}

/** HMAC-SHA256 of the canonical text, as hex digits. key: 64 hex digits. */
export async function macOf(key, nonce, sha256, fix) {
  const secret = await crypto.subtle.importKey("raw", bytesOf(key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return hex(await crypto.subtle.sign("HMAC", secret, new TextEncoder().encode(canonical(nonce, sha256, fix))));
}

/** Whether the browser can seal: on plain http it has no WebCrypto. */
export function canSeal(scope = window) {
  return Boolean(scope.isSecureContext && scope.crypto?.subtle);
}

/** The fix with nonce and mac for this file; the fix alone (unsealed) where there is no number or no WebCrypto. */
export async function seal(fix, file, number) {
  if (!fix || !number || !canSeal()) return fix;
  const sha256 = hex(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return { ...fix, nonce: number.nonce, mac: await macOf(number.key, number.nonce, sha256, fix) };
}

/** Numbers that are still good at `now`. Pure. */
export function stillGood(numbers, now) {
  return numbers.filter((one) => Date.parse(one.expires_at) > now);
}

/** The numbers at hand, kept in the browser for days without signal; each is given out once. */
export class Stock {
  constructor(url, account, shelf = window.localStorage) {
    this.url = url;
    this.name = `geomonitor.numbers.${account}`;
    this.shelf = shelf;
    this.inHand = [];
  }

  get numbers() {
    try {
      return stillGood(JSON.parse(this.shelf.getItem(this.name) ?? "[]"), Date.now());
    } catch {
      return this.inHand; // the browser keeps nothing for us (private window): then for this page alone
    }
  }

  set numbers(numbers) {
    this.inHand = numbers;
    try {
      this.shelf.setItem(this.name, JSON.stringify(numbers));
    } catch {
      /* as above */
    }
  }

  /** A number for one shot, or null; asks for more when few are left. */
  take() {
    const [first = null, ...rest] = this.numbers;
    if (first) this.numbers = rest;
    this.fill();
    return first;
  }

  /** Ask for more where few are left; without signal it stays as it is. */
  async fill() {
    if (!canSeal() || this.numbers.length >= FEW) return;
    try {
      const count = STOCK - this.numbers.length;
      const options = { method: "POST", quiet: true, headers: { "Content-Type": "application/json" }, body: JSON.stringify({ count }) };
      const given = await json(this.url, options);
      this.numbers = [...this.numbers, ...given];
    } catch {
      /* no signal: the next page or shot asks again */
    }
  }
}
