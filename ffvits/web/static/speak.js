// The tab where voices are heard: two sides to compare, and the blind test.
import { $, about, ask, make, quietly, toast } from "./page.js"
import { t } from "./words.js"

const speak = { voices: [], sounds: {} }
const SLIDERS = [["speed", 0.5, 2, 0.05], ["noise", 0, 1.2, 0.05], ["noise_w", 0, 1.2, 0.05]]

export async function loadVoices() {
  speak.voices = await ask("api/voices")
  if (!$("words").value) $("words").value = about.sentences[0]
  $("sentences").replaceChildren(...about.sentences.map(text => make("button", { textContent: text, onclick: () => { $("words").value = text } })))
  if (!$("sliders").children.length) {
    for (const [name, min, max, step] of SLIDERS) {
      const output = make("output"), range = make("input", { type: "range", id: name, min, max, step })
      range.oninput = () => { range.moved = true; output.textContent = (+range.value).toFixed(2) }
      $("sliders").append(make("label", {}, make("span", { textContent: t(name) }), output, range))
    }
    $("sliders").append(make("label", {}, make("span", { textContent: t("seed") }), make("input", { type: "number", id: "seed", min: 0, value: about.seed })))
  }
  document.querySelectorAll("#sliders label > span").forEach((span, n) => { span.textContent = t([...SLIDERS.map(s => s[0]), "seed"][n]) })
  for (const side of document.querySelectorAll(".side")) fillSide(side)
  $("say").disabled = $("blind").disabled = !speak.voices.length
  $("spoken").textContent = speak.voices.length ? "" : t("no_voice")
}

function fillSide(side) {
  const name = side.dataset.side, chosen = side.querySelector(".voice")?.value, sound = side.querySelector("audio")?.src
  const voice = make("select", { className: "voice" }, ...(name === "B" ? [make("option", { value: "", textContent: "—" })] : []),
    ...speak.voices.map(v => make("option", { value: v.id, textContent: `${t(v.kind)} · ${v.kind === "checkpoint" ? t("step", v.title) : v.title}` })))
  const speaker = make("select", { className: "speaker" })
  const take = make("button", { className: "take", textContent: t("take"), onclick: () => quietly(takeVoice(take, voice.value)) })
  voice.onchange = () => {
    const found = speak.voices.find(v => v.id === voice.value), names = found?.speakers || []
    speaker.replaceChildren(...names.map(who => make("option", { textContent: who })))
    speaker.hidden = names.length < 2
    take.hidden = found?.kind !== "checkpoint"
    if (name === "A") showManner(found)
  }
  voice.value = chosen ?? (name === "A" ? speak.voices[0]?.id : speak.voices.find(v => v.kind === "checkpoint")?.id ?? "")
  voice.onchange()
  const save = make("a", { textContent: t("download"), className: "soft", download: "", hidden: !sound })
  if (sound) { save.href = sound; save.download = speak.sounds[name]?.file || "" }
  side.replaceChildren(make("h2", { textContent: name }), make("div", { className: "bar" }, voice, speaker, take), make("audio", { controls: true, ...(sound ? { src: sound } : {}) }), save)
}

// A checkpoint that pleases more than what the looks have chosen.
async function takeVoice(button, id) {
  button.disabled = true
  $("spoken").textContent = t("taking")
  try {
    await ask("api/voices/take", { voice: id })
    await loadVoices()
    toast(t("taken", speak.voices.find(v => v.kind === "own").step))
  } finally { $("spoken").textContent = ""; button.disabled = false }
}

// Sliders that nobody has moved show how the first voice likes to speak; each voice then speaks as it likes to.
function showManner(voice) {
  for (const [name] of SLIDERS) {
    const range = $(name)
    if (range.moved) continue
    range.value = voice?.[name] ?? 1
    range.previousElementSibling.textContent = (+range.value).toFixed(2)
  }
}

async function sayIt(side) {
  const voice = side.querySelector(".voice").value
  if (!voice) return null
  const body = { voice, text: $("words").value, speaker: side.querySelector(".speaker").value || null, seed: +$("seed").value }
  for (const [name] of SLIDERS) if ($(name).moved) body[name] = +$(name).value
  const began = performance.now(), blob = await ask("api/say", body), took = (performance.now() - began) / 1000
  const audio = side.querySelector("audio"), save = side.querySelector("a"), name = side.dataset.side
  URL.revokeObjectURL(audio.src)
  audio.src = save.href = URL.createObjectURL(blob)
  speak.sounds[name] = { file: `${voice.replace(/[^\w-]/g, "_")}.wav` }
  save.download = speak.sounds[name].file
  save.hidden = false
  await new Promise(ready => { audio.onloadedmetadata = audio.onerror = ready })
  $("spoken").textContent = t("took", took.toFixed(2), audio.duration.toFixed(2))
  return audio
}

async function say() {
  $("quiz").hidden = true
  $("say").disabled = true
  $("spoken").textContent = "…"
  try {
    const made = []
    for (const side of document.querySelectorAll(".side")) made.push(await sayIt(side))
    await playAll(made.filter(Boolean))
  } catch { $("spoken").textContent = "" } finally { $("say").disabled = false }
}
async function playAll(sounds) {
  for (const audio of sounds) {
    await audio.play().catch(() => {})
    if (!audio.paused) await new Promise(over => { audio.onended = audio.onpause = over })
  }
}
// Both sides in an order that nobody was told: what one expects to hear is left out.
async function blind() {
  const sides = [...document.querySelectorAll(".side")]
  if (!sides.every(side => side.querySelector(".voice").value)) return toast(t("blind_two"))
  const made = await Promise.all(sides.map(sayIt)).catch(() => [])
  if (made.filter(Boolean).length < 2) return
  $("spoken").textContent = ""
  const swapped = crypto.getRandomValues(new Uint8Array(1))[0] & 1, order = swapped ? [made[1], made[0]] : made, told = make("span", { className: "soft" })
  const answer = guess => { told.textContent = t(guess === swapped ? "right" : "wrong", t(swapped ? "second" : "first")) }
  $("quiz").hidden = false
  $("quiz").replaceChildren(make("div", { className: "bar" }, t("which"), make("button", { textContent: t("first"), onclick: () => answer(0) }), make("button", { textContent: t("second"), onclick: () => answer(1) }), make("button", { textContent: t("again"), onclick: () => playAll(order) }), told))
  await playAll(order)
}
$("say").onclick = say
$("blind").onclick = blind
document.addEventListener("keydown", event => { if (!$("speak").hidden && event.ctrlKey && event.key === "Enter" && !$("say").disabled) say() })
