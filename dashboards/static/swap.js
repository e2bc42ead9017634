// Opens branches, sorts and seeks in a table of units in place. Without scripts each of these is
// an ordinary link or form to an address that shows the same.

let seen = location.search;

async function show(address, focus, remember) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) throw new Error("Not a table.");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-swap]");
  const old = document.querySelector("[data-swap]");
  if (!fresh) throw new Error("Not a table.");
  old.replaceWith(document.adoptNode(fresh));
  if (remember) history.pushState(null, "", address);
  seen = location.search;
  document.getElementById(focus)?.focus({ preventScroll: true });
}

function swap(event, address, focus) {
  event.preventDefault();
  show(address, focus, true).catch(() => location.assign(address));
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-swap] a[data-here]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  swap(event, link.href, link.id);
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-swap] form");
  if (!form) return;
  const address = new URL(form.action);
  address.search = new URLSearchParams(new FormData(form));
  swap(event, address.href, "find");
});

addEventListener("popstate", () => {
  if (location.search === seen) return; // a step to another part of the same view
  show(location.href, "", false).catch(() => location.reload());
});
