/* Pins as a list of buttons: for the keyboard, and to choose among several at one spot. */
import { number, text } from "geomonitor/texts";
import { drawPin, readColours } from "geomonitor/symbols";

const MOST = 60;

/** A small canvas with the pin as it looks on the map. */
export function pinMark(pin) {
  const canvas = document.createElement("canvas"), scale = window.devicePixelRatio || 1;
  canvas.width = canvas.height = 30 * scale;
  canvas.style.width = canvas.style.height = "30px";
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  drawPin(context, 15, 15, { ...pin, stacked: 1 }, readColours());
  return canvas;
}

/** A button that opens the pin. */
export function pinButton(pin, open) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "pin-choice";
  button.dataset.project = pin.id;
  const title = document.createElement("span");
  title.className = "title";
  title.textContent = pin.title;
  const percent = document.createElement("span");
  percent.className = "percent";
  percent.textContent = `${number(pin.progress)} %`;
  button.setAttribute("aria-label", text("map.pin", { title: pin.title, progress: number(pin.progress), evidence: text(`evidence.${pin.evidence}`) }));
  button.append(pinMark(pin), title, percent);
  button.addEventListener("click", () => open(pin));
  return button;
}

/** Fill <ul> with pins, at most 60; says how many are left. */
export function fillList(list, pins, open) {
  const sorted = [...pins].sort((a, b) => a.title.localeCompare(b.title));
  list.replaceChildren(...sorted.slice(0, MOST).map((pin) => {
    const item = document.createElement("li");
    item.append(pinButton(pin, open));
    return item;
  }));
  if (sorted.length > MOST) {
    const item = document.createElement("li");
    item.className = "muted small";
    item.textContent = text("map.on_screen_more", { count: number(sorted.length - MOST) });
    list.append(item);
  }
}
