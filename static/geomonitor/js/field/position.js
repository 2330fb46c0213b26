/* The phone's position while the page is open, and the fix at the shutter. */

export const COARSE_M = 100;
const OLD_S = 120;
const FRESH_MS = 30_000; // a watched phone reports when it moves; one that stands still may be silent for a while

/** Why there is no position: "denied", "unavailable", "timeout" (a GeolocationPositionError's code). Pure. */
export function reasonOf(error) {
  return { 1: "denied", 2: "unavailable", 3: "timeout" }[error.code] ?? "unavailable";
}

/** A GeolocationPosition as the fix that is sent: degrees, metres, ISO times. Pure. */
export function fixOf(position, shotAt = null) {
  const { longitude, latitude, accuracy, altitude, heading, speed } = position.coords;
  const fix = { lon: longitude, lat: latitude, accuracy_m: Math.round(accuracy * 10) / 10, at: new Date(position.timestamp).toISOString() };
  if (Number.isFinite(altitude)) fix.altitude_m = altitude;
  if (Number.isFinite(heading)) fix.heading_deg = heading;
  if (Number.isFinite(speed)) fix.speed_m_s = speed;
  if (shotAt) {
    fix.age_s = (shotAt - position.timestamp) / 1000;
    fix.shot_at = new Date(shotAt).toISOString();
  }
  return fix;
}

/** Why a fix will prove nothing: "coarse", "old", or "". The server judges; this is said before and after the shot. Pure. */
export function flawOf(fix) {
  if (fix.accuracy_m > COARSE_M) return "coarse";
  return Math.abs(fix.age_s ?? 0) > OLD_S ? "old" : "";
}

/** Which telephone it is, for the way to its settings: "android", "ios" or "other". Pure. */
export function phoneOf(agent) {
  if (/android/i.test(agent)) return "android";
  return /iphone|ipad|ipod/i.test(agent) ? "ios" : "other";
}

/** Whether a position is young enough to speak for a picture taken at `now`. Pure. */
export function isFresh(position, now) {
  return position !== null && Math.abs(now - position.timestamp) <= FRESH_MS;
}

/** Why geolocation cannot even be asked: "insecure", "missing", or "". */
export function obstacle(scope = window) {
  if (!scope.isSecureContext) return "insecure";
  return scope.navigator.geolocation ? "" : "missing";
}

const OPTIONS = { enableHighAccuracy: true, maximumAge: 0, timeout: 20_000 };

/** Follows the phone: onChange({kind, position}) with kind "waiting", "fix" or a reason why not. */
export class Follower {
  constructor(onChange) {
    this.onChange = onChange;
    this.position = null;
    this.watch = null;
  }

  start() {
    const why = obstacle();
    if (why) {
      this.tell(why);
      return;
    }
    this.stop();
    if (!this.position) this.tell("waiting");
    this.watch = navigator.geolocation.watchPosition((position) => this.arrived(position), (error) => this.failed(error), OPTIONS);
  }

  stop() {
    if (this.watch !== null) navigator.geolocation.clearWatch(this.watch);
    this.watch = null;
  }

  arrived(position) {
    this.position = position;
    this.tell("fix");
  }

  failed(error) {
    const reason = reasonOf(error);
    if (reason === "denied") this.position = null;
    if (!(this.position && reason === "timeout")) this.tell(reason);
  }

  tell(kind) {
    this.kind = kind;
    this.onChange({ kind, position: this.position });
  }

  /**
   * The fix for a picture taken now: the last one if it is fresh, else a new one if it comes in time, else the last
   * one again (it says its own time, the server judges it), else null.
   */
  async fixAt(shotAt, { patience = 5000 } = {}) {
    if (isFresh(this.position, shotAt)) return fixOf(this.position, shotAt);
    if (obstacle() || this.kind === "denied") return null;
    const newer = await new Promise((resolve) => {
      navigator.geolocation.getCurrentPosition(resolve, () => resolve(null), { ...OPTIONS, timeout: patience });
    });
    if (newer) this.arrived(newer);
    return this.position ? fixOf(this.position, shotAt) : null;
  }
}
