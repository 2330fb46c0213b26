/* Dialogs: [data-opens="#id"] opens, [data-closes] or a press beside it closes, focus returns by itself. */

/** Open a <dialog>, the first field in it focused. */
export function openDialog(dialog) {
  if (!dialog.open) dialog.showModal();
}

/** Make the attributes work on the whole page, also in parts that arrive later. */
export function teachDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-opens]");
    if (opener) {
      event.preventDefault();
      openDialog(document.querySelector(opener.dataset.opens));
      return;
    }
    const closer = event.target.closest?.("[data-closes]");
    if (closer) closer.closest("dialog")?.close();
    else if (event.target instanceof HTMLDialogElement && event.target.classList.contains("dialog")) event.target.close();
  });
}
