"use strict";
// Marks the lines that the address names, as #L10 or #L10-L12, and goes to the first of them.
function mark() {
  for (const line of document.querySelectorAll("tr.marked")) line.classList.remove("marked");
  const found = /^#L(\d+)(?:-L(\d+))?$/.exec(location.hash);
  if (!found) return;
  const first = Number(found[1]);
  const last = Math.min(Number(found[2] || first), document.querySelectorAll("table.lines tr").length);
  for (let number = first; number <= last; number++) {
    document.getElementById(`L${number}`).classList.add("marked");
  }
  document.getElementById(`L${first}`)?.scrollIntoView({ block: "center" });
}
addEventListener("hashchange", mark);
mark();
