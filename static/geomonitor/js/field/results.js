/* Shows each photo on its way and its verdict, in words. */
import { icon } from "geomonitor/toast";
import { number, text } from "geomonitor/texts";

// The same symbols as {% verdict_icon %}.
const SYMBOLS = { verified: "check", outside: "alert", suspect: "alert", unlocated: "dashed", refused: "cross", failed: "warning", waiting: "clock", sending: "up", passed: "check", warning: "warning", unknown: "clock" };
const QUIET = new Set(["complete", "not_reused", "surveyed_site", "fix_agrees", "capture_bound"]);

/** Megabytes with one digit. */
function mb(bytes) {
  return number(bytes / 1_000_000, 1);
}

/** The checks worth reading: all but "all is well" of those that tell nothing new. Pure. */
export function worthReading(checks) {
  return checks.filter(({ code, status }) => status === "failed" || status === "warning" || (status === "passed" && !QUIET.has(code)) || (status === "unknown" && code === "time_plausible"));
}

/** "IMG_1.jpg · 50 %", or with the purpose where the picture shows no progress. Pure. */
function titleOf(item) {
  if (item.percent === null) return text("sent.title.purpose", { name: item.title, purpose: item.purposeWord });
  return text("sent.title", { name: item.title, percent: item.percent });
}

export class Results {
  constructor(section, { onAgain, onSuggested, onShared }) {
    this.section = section;
    this.list = section.querySelector("[data-sent-list]");
    this.template = document.getElementById("sent-card");
    this.onAgain = onAgain;
    this.onSuggested = onSuggested;
    this.onShared = onShared;
    this.cards = new Map();
  }

  /** Draw an item as it is now. */
  show(item, unsent) {
    const card = this.cards.get(item.uuid) ?? this.add(item);
    card.dataset.state = item.claim?.verdict ?? item.state;
    this.word(card, item);
    this.progress(card, item);
    const failed = item.state === "failed";
    card.querySelector("[data-again]").hidden = !failed;
    const badge = this.section.querySelector("[data-unsent]");
    badge.hidden = unsent === 0;
    badge.querySelector("span").textContent = text("sent.unsent", { count: unsent });
  }

  add(item) {
    const card = this.template.content.firstElementChild.cloneNode(true);
    this.cards.set(item.uuid, card);
    this.picture(card, item);
    card.querySelector(".sent-title").textContent = titleOf(item);
    card.querySelector("[data-again]").addEventListener("click", () => this.onAgain(item));
    card.querySelector("[data-suggested]").addEventListener("click", () => this.onSuggested(item));
    card.querySelector("[data-share]").addEventListener("submit", (event) => {
      event.preventDefault();
      this.onShared(item, new FormData(event.target).get("reason"));
    });
    card.querySelector("[data-more]").addEventListener("click", () => {
      const checks = card.querySelector(".sent-checks");
      checks.hidden = !checks.hidden;
    });
    this.section.hidden = false;
    this.list.prepend(card);
    return card;
  }

  picture(card, item) {
    const image = card.querySelector("img");
    const url = URL.createObjectURL(item.file);
    image.addEventListener("load", () => {
      image.hidden = false;
      card.querySelector(".sent-picture .icon").toggleAttribute("hidden", true);
      URL.revokeObjectURL(url);
    });
    image.addEventListener("error", () => URL.revokeObjectURL(url)); // HEIC: the placeholder stays
    image.src = url;
  }

  word(card, item) {
    const { claim, error } = item.answer ?? {};
    const kind = claim?.verdict ?? item.state;
    card.querySelector(".sent-icon").replaceChildren(icon(SYMBOLS[kind] ?? "info"));
    const words = { waiting: text("sent.waiting"), failed: text("sent.failed"), refused: text(error?.fields?.file ? "sent.refused" : "sent.not_taken") };
    card.querySelector(".sent-word").textContent = claim ? claim.verdict_label : (words[item.state] ?? "");
    const why = [claim?.sentence, error?.message, error?.hint, item.answer?.status === 200 ? text("sent.again") : ""];
    for (const other of claim?.same_picture ?? []) why.push(text("sent.same", { title: other.title, percent: other.progress }));
    card.querySelector(".sent-why").textContent = item.state === "sending" ? "" : why.filter(Boolean).join(" ");
    this.checks(card, claim);
    const suggestion = item.moved ? null : claim?.suggestion;
    card.querySelector(".sent-suggestion").hidden = !suggestion;
    card.querySelector(".sent-suggestion span").textContent = suggestion?.sentence ?? "";
    card.querySelector("[data-sharing]").hidden = !claim?.may_share || Boolean(item.moved);
    if (item.moved) {
      card.querySelector(".sent-why").textContent = text("sent.moved");
      card.querySelector("[data-mine]").hidden = true;
    }
  }

  checks(card, claim) {
    const list = card.querySelector(".sent-checks");
    const lines = worthReading(claim?.checks ?? []).map(({ status, message }) => {
      const line = document.createElement("li");
      line.className = status;
      const words = document.createElement("span");
      words.textContent = message;
      line.append(icon({ passed: "check", failed: "alert" }[status] ?? SYMBOLS[status]), words);
      return line;
    });
    list.replaceChildren(...lines);
    card.querySelector("[data-more]").hidden = lines.length === 0;
    card.querySelector("[data-mine]").hidden = !claim;
  }

  progress(card, item) {
    const bar = card.querySelector(".sent-bar");
    bar.hidden = item.state !== "sending";
    if (item.state !== "sending") return;
    const { done = 0, total = 0 } = item.gone ?? {};
    const percent = total ? Math.round((done / total) * 100) : 0;
    bar.value = percent;
    const word = percent >= 100 ? text("sent.judging") : text("sent.sending", { percent, done: mb(done), total: mb(total || item.file.size) });
    card.querySelector(".sent-word").textContent = word;
  }
}
