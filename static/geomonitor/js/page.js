/* What every page does: HTMX, dialogs, the search key, menus that close. */
import { htmx, teachHtmx } from "geomonitor/request";
import { teachDialogs } from "geomonitor/dialog";
import { onKey } from "geomonitor/keys";

document.documentElement.classList.add("has-js");
teachHtmx();
teachDialogs();
htmx.config.selfRequestsOnly = true;

onKey("/", (event) => {
  const field = document.querySelector("[data-search]") ?? document.getElementById("search");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});

function closeMenus(except = null) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
onKey("Escape", () => closeMenus());
