/* One project in the field: where I stand, the camera, files from the phone, and what came of each photo. */
import { Camera, obstacle as cameraObstacle, reasonOf as cameraReason } from "geomonitor/field/camera";
import { metresText, metresTo, nearest } from "geomonitor/field/distance";
import { COARSE_M, flawOf, Follower, phoneOf } from "geomonitor/field/position";
import { Queue } from "geomonitor/field/queue";
import { Results } from "geomonitor/field/results";
import { canSeal, seal, Stock } from "geomonitor/field/sealing";
import { send } from "geomonitor/field/sending";
import { stages } from "geomonitor/field/stages";
import { json } from "geomonitor/request";
import { text } from "geomonitor/texts";

const form = document.querySelector("[data-field]");
const dialog = document.getElementById("camera");
const inForm = (selector) => form.querySelector(selector);
const inCamera = (selector) => dialog.querySelector(selector);
const language = document.documentElement.lang || "id";
const sites = JSON.parse(document.getElementById("sites").textContent);
const siteField = inForm("select[name=site]");
const metres = (value) => metresText(value, language);
const answers = inForm("input[name=answers]").value;

const progress = stages({
  number: inForm("#id_progress"),
  groups: [
    { buttons: [...inForm("[data-stages]").children], slider: inForm("[data-slider]") },
    { buttons: [...inCamera("[data-camera-stages]").children], slider: inCamera("[data-camera-slider]") },
  ],
});

function site() {
  if (!siteField) return sites[0] ?? null;
  return sites.find((one) => String(one.id) === siteField.value) ?? null;
}

/* ---- where I stand */

const follower = new Follower(showPosition);

function showPosition({ kind, position }) {
  const isFix = kind === "fix";
  const accuracy = isFix ? metres(position.coords.accuracy) : "";
  const pill = isFix ? text("gps.fix", { accuracy }) : text(kind === "waiting" ? "gps.waiting" : "gps.none");
  const line = inForm("[data-gps]");
  line.dataset.kind = isFix && position.coords.accuracy > COARSE_M ? "coarse" : kind;
  inForm("[data-gps-short]").textContent = pill;
  inForm("[data-gps-long]").textContent = isFix ? distanceWords(position) : text(kind === "waiting" ? "gps.waiting.long" : `gps.${kind}`);
  inForm("[data-gps-again]").hidden = !["denied", "unavailable", "timeout"].includes(kind);
  inCamera("[data-camera-gps]").textContent = pill;
  inCamera("[data-camera-gps]").dataset.kind = line.dataset.kind;
  guide(kind, position);
  proposeSite(isFix ? position : null);
}

function here(position) {
  return [position.coords.longitude, position.coords.latitude];
}

/** That a coarse position proves nothing, and where on this telephone the precise one is switched on. */
function coarseWords(accuracy) {
  return `${text("gps.coarse", { accuracy: metres(accuracy) })} ${text(`precise.${phoneOf(navigator.userAgent)}`)}`;
}

function distanceWords(position) {
  if (position.coords.accuracy > COARSE_M) return coarseWords(position.coords.accuracy);
  return site() ? text("gps.fix.long", { distance: metres(metresTo(here(position), site().geometry)) }) : "";
}

function guide(kind, position) {
  const card = inCamera("[data-guide]");
  const target = site();
  const [strong, hint] = [inCamera("[data-guide-distance]"), inCamera("[data-guide-hint]")];
  card.dataset.kind = kind;
  if (kind !== "fix" || !target) {
    strong.textContent = kind === "fix" ? "" : text(kind === "waiting" ? "gps.waiting" : "gps.none");
    hint.textContent = kind === "fix" ? text("camera.choose_site") : text(kind === "waiting" ? "gps.waiting.long" : `gps.${kind}`);
    return;
  }
  const away = metresTo(here(position), target.geometry);
  const near = away <= target.limit_m + Math.min(position.coords.accuracy, COARSE_M);
  const coarse = position.coords.accuracy > COARSE_M;
  card.dataset.kind = coarse ? "coarse" : near ? "near" : "far";
  strong.textContent = text("guide.near", { distance: metres(away) });
  hint.textContent = coarse ? coarseWords(position.coords.accuracy) : near ? text("guide.near.hint") : text("guide.far.hint", { limit: metres(target.limit_m) });
}

function proposeSite(position) {
  const button = form.querySelector("[data-nearest]");
  if (!button) return;
  const found = position && nearest(here(position), sites);
  button.hidden = !found || found.site === site();
  if (button.hidden) return;
  button.querySelector("span").textContent = text("guide.nearest", { no: found.site.no, label: found.site.label, distance: metres(found.metres) });
  button.onclick = () => {
    siteField.value = String(found.site.id);
    siteChanged();
  };
}

function siteChanged() {
  const chosen = site();
  inCamera("[data-camera-site]").textContent = chosen && sites.length > 1 ? text("camera.site", { no: chosen.no, label: chosen.label }).trim() : "";
  if (follower.kind) showPosition({ kind: follower.kind, position: follower.position });
}

/* ---- what it shows: progress with its per cent, or something else without */

const purposeField = inForm("select[name=purpose]");

function showPurpose() {
  const isProgress = purposeField.value === "progress";
  inForm("[data-progress]").hidden = !isProgress;
  inForm("#id_progress").required = isProgress;
  inCamera("[data-camera-stages]").hidden = !isProgress;
  inCamera("[data-camera-purpose]").textContent = isProgress ? "" : purposeField.selectedOptions[0].textContent;
  inCamera("[data-camera-purpose]").hidden = isProgress;
  if (!isProgress) inCamera("[data-camera-slider]").hidden = true;
  else inForm("#id_progress").dispatchEvent(new Event("input"));
}

/** Who took the files that are sent: this account, or the name that was written. */
function taker() {
  const other = inForm("input[name=taker][value=other]").checked;
  return other ? inForm("[name=taken_by]").value.trim() : form.dataset.username;
}

function showTaker() {
  const other = inForm("input[name=taker][value=other]").checked;
  inForm("[data-taker-name]").hidden = !other;
  inForm("[name=taken_by]").required = other;
  const [chosen] = form.querySelector("input[name=taker]:checked")?.labels ?? [];
  inForm("[data-taker-word]").textContent = chosen ? `: ${chosen.textContent.trim().toLowerCase()}` : "";
}

/* ---- what is sent */

const results = new Results(document.querySelector("[data-sent]"), { onAgain: (item) => queue.again(item), onSuggested: moveToSuggested, onShared: declareShared });
const queue = new Queue(
  (item) =>
    send(form.dataset.api, item, (gone) => {
      item.gone = gone;
      results.show(item, queue.unsent.length);
    }),
  (item) => {
    if (item.answer?.claim) item.claim = item.answer.claim;
    results.show(item, queue.unsent.length);
  },
);

function post(url, body) {
  return json(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

/** The photo was of something else: the server takes the claim back there and judges the same file anew. */
async function moveToSuggested(item) {
  const { suggestion, id } = item.claim;
  let claim;
  try {
    claim = await post(`${form.dataset.api}${id}/refile/`, { site: suggestion.site });
  } catch {
    return; // said already; the claim stays as it is
  }
  item.moved = true;
  results.show(item, queue.unsent.length);
  const moved = { ...item, uuid: claim.uuid, moved: false, state: "done", claim, answer: { status: 201, claim } };
  results.show(moved, queue.unsent.length);
}

/** One picture for two projects on purpose: with the reason it is judged again. */
async function declareShared(item, reason) {
  try {
    item.claim = await post(`${form.dataset.api}${item.claim.id}/share/`, { reason });
  } catch {
    return; // said already
  }
  item.answer = { status: 201, claim: item.claim };
  results.show(item, queue.unsent.length);
}

/** Everything said before a photo can go; the browser shows what is missing. */
function isReady() {
  const number = inForm("#id_progress");
  if (siteField && !siteField.reportValidity()) return false;
  if (purposeField.value !== "progress") return true;
  return number.reportValidity() && progress.percent !== null;
}

function newNumber() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // plain http: randomUUID is not there
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function enqueue(file, { name, title, fix = null, takenBy = "" }) {
  const purpose = purposeField.value;
  queue.add({
    uuid: newNumber(),
    project: form.dataset.project,
    site: site()?.id ?? null,
    percent: purpose === "progress" ? progress.percent : null,
    purpose,
    purposeWord: purposeField.selectedOptions[0].textContent,
    taken_by: takenBy,
    answers,
    note: inForm("#id_note").value.trim(),
    file,
    name,
    title,
    fix,
  });
}

/* ---- pictures that cannot go yet, because the form does not say enough: kept, never thrown away */

let held = [];

function showHeld() {
  const note = inForm("[data-held]");
  note.hidden = held.length === 0;
  note.querySelector("span").textContent = held.length > 0 ? text("held", { count: held.length }) : "";
}

/** Send them if everything is said, else keep them. Each is {file, name, title, fix?}; files of the phone have a taker. */
function sendOrHold(pictures) {
  held = [...held, ...pictures];
  const ready = isReady() && (held.every(({ fix }) => fix !== undefined) || inForm("[name=taken_by]").reportValidity());
  const going = ready ? held : [];
  if (ready) held = [];
  showHeld();
  for (const { file, ...said } of going) enqueue(file, said.fix === undefined ? { ...said, takenBy: taker() } : said);
  if (going.length > 0) document.querySelector("[data-sent]").scrollIntoView({ block: "start" });
}

function sendFiles(input) {
  const files = [...input.files];
  input.value = "";
  if (files.length > 0) sendOrHold(files.map((file) => ({ file, name: file.name, title: file.name })));
}

/* ---- the camera */

const camera = new Camera(inCamera("[data-view]"));
const stock = new Stock(form.dataset.nonces, form.dataset.account);
let taken = null;

function sayCamera(key) {
  const note = inForm("[data-camera-why]");
  note.hidden = !key;
  note.querySelector("span").textContent = key ? text(key) : "";
}

async function openCamera() {
  if (siteField && !site()) {
    siteField.reportValidity();
    return;
  }
  const why = cameraObstacle();
  if (why) {
    sayCamera(why);
    return;
  }
  try {
    dialog.showModal();
    live();
    inCamera("[data-shutter]").disabled = true; // until there is something to see
    await camera.open();
    inCamera("[data-shutter]").disabled = false;
    sayCamera("");
    showLamp();
  } catch (error) {
    dialog.close();
    sayCamera(cameraReason(error));
  }
}

function showLamp() {
  inCamera("[data-torch]").hidden = !camera.hasLamp;
  inCamera("[data-no-torch]").hidden = camera.hasLamp;
}

function live() {
  taken = null;
  inCamera("[data-still]").hidden = true;
  inCamera("[data-live]").hidden = false;
  inCamera("[data-guide]").hidden = false;
  inCamera("[data-taken]").hidden = true;
}

async function shoot() {
  const shutter = inCamera("[data-shutter]");
  shutter.disabled = true;
  try {
    const shotAt = Date.now();
    const finding = follower.fixAt(shotAt);
    const file = await camera.take();
    const fixing = finding.then((fix) => (fix ? sealed(fix, file) : null));
    taken = { file, shotAt, fixing };
    still(file);
    inCamera("[data-taken-said]").textContent = text("taken.waiting");
    const fix = await fixing;
    if (taken?.shotAt === shotAt) {
      taken.fix = fix;
      inCamera("[data-taken-said]").textContent = takenWords(fix);
    }
  } catch {
    closeCamera();
    sayCamera("camera.failed");
  } finally {
    shutter.disabled = false;
  }
}

/** The fix with its seal; unsealed where there is no number, so that the picture is never lost over it. */
async function sealed(fix, file) {
  try {
    return await seal(fix, file, stock.take());
  } catch {
    return fix;
  }
}

/** What was recorded beside the picture, and what to do where it will prove nothing. */
function takenWords(fix) {
  if (!fix) return text("taken.without");
  const flaw = flawOf(fix);
  if (flaw === "coarse") return coarseWords(fix.accuracy_m);
  if (flaw === "old") return text("taken.old", { minutes: Math.round(Math.abs(fix.age_s) / 60) });
  const words = text("taken.with", { accuracy: metres(fix.accuracy_m) });
  return fix.mac ? words : `${words} ${text(canSeal() ? "taken.unsealed" : "taken.insecure")}`;
}

function still(file) {
  const image = inCamera("[data-still]");
  const url = URL.createObjectURL(file);
  image.onload = () => URL.revokeObjectURL(url);
  image.src = url;
  image.hidden = false;
  inCamera("[data-live]").hidden = true;
  inCamera("[data-guide]").hidden = true;
  inCamera("[data-taken]").hidden = false;
  inCamera("[data-use]").focus();
}

async function use() {
  if (!taken) return;
  const { file, shotAt, fixing } = taken;
  const fix = await fixing;
  const stamp = new Date(shotAt).toISOString().replace(/[-:]/g, "").slice(0, 15);
  closeCamera();
  sendOrHold([{ file, name: `geomonitor-${stamp}.jpg`, title: text("sent.camera"), fix }]);
}

function closeCamera() {
  camera.close();
  if (dialog.open) dialog.close();
}

/* ---- start */

function reveal() {
  for (const selector of ["[data-stages]", "[data-camera]", "[data-gps]", "[data-pick-any]"]) inForm(selector).hidden = false;
  const [gallery, any] = [inForm("#id_file"), inForm("#any-file")];
  gallery.classList.add("sr-only");
  any.hidden = any.disabled = false;
  gallery.required = false;
  for (const input of [gallery, any]) input.addEventListener("change", () => sendFiles(input));
  inCamera("[data-camera-files]").addEventListener("click", () => {
    closeCamera();
    any.click();
  });
}

reveal();
purposeField.addEventListener("change", showPurpose);
for (const radio of form.querySelectorAll("input[name=taker]")) radio.addEventListener("change", showTaker);
showPurpose();
showTaker();
stock.fill();
siteField?.addEventListener("change", siteChanged);
siteChanged();
follower.start();
inForm("[data-gps-again]").addEventListener("click", () => follower.start());
inForm("[data-held-send]").addEventListener("click", () => sendOrHold([]));
inForm("[data-camera]").addEventListener("click", openCamera);
inCamera("[data-shutter]").addEventListener("click", shoot);
inCamera("[data-retake]").addEventListener("click", live);
inCamera("[data-use]").addEventListener("click", use);
inCamera("[data-close]").addEventListener("click", closeCamera);
dialog.addEventListener("close", () => camera.close());
inCamera("[data-torch]").addEventListener("click", async (event) => {
  const on = event.currentTarget.getAttribute("aria-pressed") !== "true";
  event.currentTarget.setAttribute("aria-pressed", String(on));
  await camera.lamp(on);
});
form.addEventListener("submit", (event) => event.preventDefault());
if (answers) openCamera(); // "Kirim foto pengganti" was pressed for this
window.addEventListener("online", () => queue.retry());
window.addEventListener("beforeunload", (event) => {
  if (queue.unsent.length + held.length > 0) event.preventDefault();
});
