// Opens and closes the branches of a table of units. Without scripts all rows are there.
for (const table of document.querySelectorAll("table[data-tree]")) {
  const rows = [...table.tBodies[0].rows];
  for (const branch of rows.filter((row) => row.dataset.branch !== undefined)) {
    const below = rows.filter((row) => row.dataset.parent === branch.dataset.unit);
    const head = branch.cells[0];
    const name = head.querySelector("a, b").textContent;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "branch";
    button.setAttribute("aria-label", `Teams of ${name}`);
    const show = (open) => {
      button.setAttribute("aria-expanded", String(open));
      for (const row of below) row.classList.toggle("open", open);
    };
    button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
    show(false);
    head.prepend(button);
  }
}
