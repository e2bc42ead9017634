// Draws the figures of a page with Plotly when they come into view, in the colours of the theme.
// The numbers stand in the table below each figure; without scripts that table is all there is.

const plotlyAddress = document.getElementById("charts").dataset.plotly;
const dark = matchMedia("(prefers-color-scheme: dark)");
const SETTINGS = { displayModeBar: false, responsive: true, locale: "en" };
let plotly;
let printing = false;

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
  const map = dark.matches && !printing ? figure.layout.meta?.dark : undefined;
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
    place.drawn = () => {
      const { data, layout } = themed(figure);
      // On paper a little lower: four lines fit the first sheet.
      const sheet = { width: paper(place), height: 0.66 * layout.height, autosize: false };
      const size = printing ? sheet : { autosize: true };
      return library.react(place, data, { ...layout, ...size }, SETTINGS);
    };
    await place.drawn();
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

function drawAgain() {
  for (const place of places) place.drawn?.();
}

dark.addEventListener("change", drawAgain);

// A sheet is white and as wide as it is, whatever the screen was: px between the margins of A4.
function paper(place) {
  return place.closest(".trends") ? 330 : 680;
}

for (const [event, now] of [["beforeprint", true], ["afterprint", false]]) {
  addEventListener(event, () => {
    printing = now;
    drawAgain();
  });
}
