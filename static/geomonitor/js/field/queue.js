/* What is still to be sent, one after the other; an item keeps its uuid, so that sending again is harmless. */

const AGAIN_MS = 120_000;
const AGAIN_AT_MOST_MS = 1_800_000;

export class Queue {
  /** sendOne(item) → {status, claim?, error?}; onChange(item) after every change of an item's state. */
  constructor(sendOne, onChange) {
    this.sendOne = sendOne;
    this.onChange = onChange;
    this.items = [];
    this.busy = false;
    this.troubles = 0;
    this.timer = null;
  }

  /** Items that have not arrived: waiting, sending or failed. */
  get unsent() {
    return this.items.filter((item) => ["waiting", "sending", "failed"].includes(item.state));
  }

  add(item) {
    this.items.push(item);
    this.set(item, "waiting");
    return this.work();
  }

  again(item) {
    this.set(item, "waiting");
    return this.work();
  }

  /** Everything that failed once more: there is signal again. */
  retry() {
    for (const item of this.items) if (item.state === "failed") this.set(item, "waiting");
    return this.work();
  }

  async work() {
    if (this.busy) return;
    this.busy = true;
    for (let item = this.next(); item; item = this.next()) {
      this.set(item, "sending");
      const answer = await this.sendOne(item);
      item.answer = answer;
      this.set(item, stateOf(answer));
    }
    this.busy = false;
    this.later();
  }

  /** Nothing tells a phone with signal that the server is well again: it tries by itself, ever less often. */
  later() {
    clearTimeout(this.timer);
    const inTrouble = this.items.some((item) => item.state === "failed" && item.answer.status >= 500);
    this.troubles = inTrouble ? this.troubles + 1 : 0;
    if (inTrouble) this.timer = setTimeout(() => this.retry(), pauseAfter(this.troubles));
  }

  next() {
    return this.items.find((item) => item.state === "waiting");
  }

  set(item, state) {
    item.state = state;
    this.onChange(item);
  }
}

/** Whether sending the same again can help: no signal, server in trouble, session over. Pure. */
export function mayHelp(status) {
  return [0, 401, 403, 408, 429].includes(status) || status >= 500;
}

/** Milliseconds until the next try after so many that met a server in trouble. Pure. */
export function pauseAfter(troubles) {
  return Math.min(AGAIN_MS * 2 ** (troubles - 1), AGAIN_AT_MOST_MS);
}

/** "done", "failed" (worth another try) or "refused" (the same again would be refused again). Pure. */
export function stateOf({ status, claim }) {
  if (claim) return "done";
  return mayHelp(status) ? "failed" : "refused";
}
