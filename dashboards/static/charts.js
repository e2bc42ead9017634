// Draws the figures of a page with Plotly when they come into view, in the colours of the theme.
// The numbers stand in the table below each figure; without scripts that table is all there is.

const plotlyAddress = document.getElementById("charts").dataset.plotly;
const dark = matchMedia("(prefers-color-scheme: dark)");
const SETTINGS = { displayModeBar: false, responsive: true, locale: "en" };
let plotly;

function loadPlotly() {
  plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = plotlyAddress;
    script.onload = () => resolve(globalThis.Plotly);
    script.onerror = () => reject(new Error("The drawing library did not load."));
    document.head.append(script);
  });
  return plotly;
}

// A figure names its light colours; `layout.meta.dark` maps each to its dark counterpart.
function themed(figure) {
  const map = dark.matches ? figure.layout.meta?.dark : undefined;
  if (!map) return figure;
  const text = JSON.stringify({ data: figure.data, layout: { ...figure.layout, meta: undefined } });
  const colours = Object.keys(map).map((colour) => JSON.stringify(colour)).join("|");
  const pattern = new RegExp(colours.replace(/[().]/g, "\\$&"), "g");
  const changed = JSON.parse(text.replace(pattern, (found) => JSON.stringify(map[JSON.parse(found)])));
  changed.layout.meta = figure.layout.meta;
  return changed;
}

async function draw(place) {
  try {
    place.figure ??= fetch(place.dataset.figure).then((answer) => {
      if (!answer.ok) throw new Error(`The figure answered ${answer.status}.`);
      return answer.json();
    });
    const [library, figure] = await Promise.all([loadPlotly(), place.figure]);
    const { data, layout } = themed(figure);
    await library.react(place, data, layout, SETTINGS);
    place.dataset.drawn = "";
  } catch {
    place.figure = undefined;
    place.classList.add("missing");
    place.nextElementSibling?.setAttribute("open", "");
  }
}

const places = [...document.querySelectorAll("[data-figure]")];
const watcher = new IntersectionObserver(
  (entries) => {
    for (const entry of entries.filter((one) => one.isIntersecting)) {
      watcher.unobserve(entry.target);
      draw(entry.target);
    }
  },
  { rootMargin: "400px" },
);
for (const place of places) watcher.observe(place);

dark.addEventListener("change", () => {
  for (const place of places.filter((one) => one.dataset.drawn !== undefined)) draw(place);
});

// On paper a figure is as wide as the sheet, whatever the screen was.
const PAPER = 640;
function redraw(width) {
  for (const place of places.filter((one) => one.dataset.drawn !== undefined)) {
    globalThis.Plotly.relayout(place, width ? { width, autosize: false } : { width: null, autosize: true });
  }
}
addEventListener("beforeprint", () => redraw(PAPER));
addEventListener("afterprint", () => redraw(0));
