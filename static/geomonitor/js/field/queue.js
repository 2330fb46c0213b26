/* What is still to be sent, one after the other; an item keeps its uuid, so that sending again is harmless. */

export class Queue {
  /** sendOne(item) → {status, claim?, error?}; onChange(item) after every change of an item's state. */
  constructor(sendOne, onChange) {
    this.sendOne = sendOne;
    this.onChange = onChange;
    this.items = [];
    this.busy = false;
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

/** "done", "failed" (worth another try) or "refused" (the same again would be refused again). Pure. */
export function stateOf({ status, claim }) {
  if (claim) return "done";
  return mayHelp(status) ? "failed" : "refused";
}
