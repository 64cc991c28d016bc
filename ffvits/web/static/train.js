// The tab where training is started, watched and stopped.
import { $, ask, make, quietly } from "./page.js"
import { language, t } from "./words.js"

const FIELDS = ["steps", "minutes"]
const train = { timer: 0, samples: "", changed: new Set() }  // fields that a person changed: the others are the recipe's

export async function loadTraining() {
  clearTimeout(train.timer)
  $("trained").textContent ||= "…"
  let status
  try { status = await ask("api/train") } finally { if (!$("train").hidden) train.timer = setTimeout(() => quietly(loadTraining()), 2000) }
  showTraining(status)
}

function showTraining(status) {
  const running = status.state === "running" || status.state === "stopping", entries = status.history
  const last = running ? entries.at(-1)?.step : status.step, card = status.card
  for (const name of FIELDS) if (!train.changed.has(name)) $(name).value = status.recipe[name]
  $("start").disabled = running
  $("stop").disabled = status.state !== "running"
  const about = [t(status.state), last ? t("step", last) : ""]
  if (!running && card.steps) about.push(t("voice_of", card.steps), t("of_card", card.clips, card.minutes))
  $("trained").textContent = about.filter(Boolean).join(" · ")
  $("verdict").textContent = status.said[language]
  $("verdict").className = status.state === "failed" ? "bad" : ""
  const line = (kind, name) => entries.filter(entry => entry.kind === kind && name in entry).map(entry => [entry.step, entry[name]])
  $("charts").replaceChildren(
    chart(t("held"), t("held_about"), [[t("spoken"), line("check", "spoken")], [t("copied"), line("check", "copied")]]),
    chart(t("trained_on"), t("trained_about"), [[t("training"), line("train", "mel")]]),
    chart(t("kl"), t("kl_about"), [[t("held_out"), line("check", "kl")], [t("training"), line("train", "kl")]]),
    chart(t("duration"), t("duration_about"), [[t("held_out"), line("check", "duration")], [t("training"), line("train", "duration")]]))
  const log = $("log"), end = log.scrollTop + log.clientHeight >= log.scrollHeight - 4
  log.textContent = status.log.join("\n")
  if (end) log.scrollTop = log.scrollHeight
  if (train.samples !== status.samples.join() + language) {
    train.samples = status.samples.join() + language
    $("samples").replaceChildren(...status.samples.map(step => make("div", {}, make("span", { textContent: t("step", step) }), make("audio", { controls: true, preload: "none", src: `api/train/samples/${step}` }))))
  }
}

function chart(title, about, lines) {
  const NS = "http://www.w3.org/2000/svg", box = make("div", { className: "chart" }, make("h3", { textContent: title }), make("p", { className: "soft", textContent: about }))
  const draw = (tag, attributes, text) => { const e = document.createElementNS(NS, tag); for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v); if (text !== undefined) e.textContent = text; return e }
  const points = lines.flatMap(line => line[1]), svg = draw("svg", { viewBox: "0 0 400 170", preserveAspectRatio: "none", role: "img", "aria-label": title })
  if (points.length < 2) return box.append(make("p", { className: "soft", textContent: "—" })), box
  const xs = points.map(p => p[0]), ys = points.map(p => p[1]), [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  const across = x => 42 + ((x - x0) / (x1 - x0 || 1)) * 350, up = y => 146 - ((y - y0) / (y1 - y0 || 1)) * 134
  for (const share of [0, 0.5, 1]) {
    const y = y0 + share * (y1 - y0)
    svg.append(draw("line", { x1: 42, x2: 392, y1: up(y), y2: up(y), class: "grid" }), draw("text", { x: 36, y: up(y) + 3, "text-anchor": "end" }, +y.toPrecision(3)))
  }
  svg.append(draw("text", { x: 42, y: 164 }, x0), draw("text", { x: 392, y: 164, "text-anchor": "end" }, x1))
  lines.forEach((line, n) => svg.append(draw("polyline", { points: line[1].map(([x, y]) => `${across(x).toFixed(1)},${up(y).toFixed(1)}`).join(" "), class: `line${n}`, "vector-effect": "non-scaling-stroke" })))
  svg.removeAttribute("preserveAspectRatio")
  box.append(svg, make("div", { className: "key" }, ...lines.flatMap((line, n) => [make("span", { className: `line${n}`, textContent: "━ " }), `${line[0]}　`])))
  return box
}
for (const name of FIELDS) $(name).oninput = () => train.changed.add(name)
$("start").onclick = () => quietly((async () => {
  const status = await ask("api/train/start", Object.fromEntries([...train.changed].map(name => [name, +$(name).value])))
  train.changed.clear()
  showTraining(status)
})())
$("stop").onclick = () => quietly(ask("api/train/stop", {}).then(showTraining))
