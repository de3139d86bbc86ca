// Small helps on top of pages that work without them: charts, copying a link, following a run that is done.
"use strict";

const loading = {};

function script(src) {
  loading[src] ??= new Promise((done, failed) => {
    const one = document.createElement("script");
    one.src = src;
    one.onload = done;
    one.onerror = failed;
    document.head.append(one);
  });
  return loading[src];
}

async function vegaReady() {
  const names = document.querySelector('meta[name="vega"]').content.trim().split(/\s+/);
  for (const name of names) await script(name);
}

function look() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  const words = { labelColor: of("--soft"), titleColor: of("--soft"), gridColor: of("--line"), domainColor: of("--soft"),
    tickColor: of("--line"), labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" };
  const colours = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => of(`--c${n}`));
  return { background: null, font: of("--face"), axis: words,
    legend: { labelColor: of("--ink"), titleColor: of("--soft"), labelFontSize: 12, symbolStrokeWidth: 3 },
    title: { color: of("--ink") }, text: { color: of("--ink"), fontSize: 12 }, rule: { color: of("--soft") },
    range: { category: colours }, view: { stroke: null } };
}

async function drawCharts(root) {
  const specs = root.querySelectorAll("script.chart:not([data-drawn])");
  if (!specs.length) return;
  specs.forEach((one) => (one.dataset.drawn = "yes"));
  await vegaReady();
  for (const one of specs) {
    const place = one.parentElement.querySelector(".chart-place");
    const spec = { width: "container", autosize: { type: "fit-x", contains: "padding" }, ...JSON.parse(one.textContent) };
    await window.vegaEmbed(place, spec, { actions: false, renderer: "svg", ast: true, expr: window.vegaInterpreter,
      defaultStyle: false, config: look(), tooltip: { disableDefaultStyle: true, theme: "house" } });
  }
}

function redraw() {
  document.querySelectorAll("script.chart[data-drawn]").forEach((one) => delete one.dataset.drawn);
  drawCharts(document);
}

function offerCopy(root) {
  for (const button of root.querySelectorAll("button.copy[hidden]")) {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(location.href);
      button.textContent = "Copied";
    });
  }
}

function follow(root) {
  const done = root.querySelector("[data-go]") ?? (root.matches?.("[data-go]") ? root : null);
  if (done) location.replace(done.dataset.go);
}

function dress() {
  drawCharts(document);
  offerCopy(document);
  follow(document);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "get") form.classList.add("working");
});
document.addEventListener("htmx:after:swap", dress);
document.addEventListener("DOMContentLoaded", dress);
if (document.readyState !== "loading") dress();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
