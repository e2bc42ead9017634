// Runs before the first paint: with scripts, branches of the tree start closed.
document.documentElement.classList.add("js");
