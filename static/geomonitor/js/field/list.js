/* The officer's list: the nearest project first, once the phone may say where it is. */
import { obstacle, reasonOf } from "geomonitor/field/position";
import { fragment } from "geomonitor/request";
import { text } from "geomonitor/texts";

const list = document.querySelector("[data-list]");
const button = document.querySelector("[data-near]");
const where = document.querySelector("[data-where]");

function say(key) {
  where.hidden = !key;
  where.querySelector("span").textContent = key ? text(key) : "";
}

async function order({ coords }) {
  const query = new URLSearchParams(location.search);
  query.set("near", `${coords.longitude},${coords.latitude}`);
  query.set("part", "list");
  query.delete("page");
  try {
    list.innerHTML = await fragment(`?${query}`);
    say("");
  } catch {
    say(""); // the list stays as it was; the request has said why
  }
}

function ask() {
  say("list.asking");
  navigator.geolocation.getCurrentPosition(order, (error) => say(`gps.${reasonOf(error)}`), { enableHighAccuracy: false, maximumAge: 60_000, timeout: 15_000 });
}

/** Without asking first only where the person has allowed it before. */
async function start() {
  if (obstacle()) return;
  button.hidden = false;
  button.addEventListener("click", ask);
  const allowed = await navigator.permissions?.query({ name: "geolocation" }).catch(() => null);
  if (allowed?.state === "granted") ask();
}

start();
