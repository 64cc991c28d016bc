// The tab where clips are heard, mended and judged.
import { $, about, ask, make, quietly, toast } from "./page.js"
import { language, t } from "./words.js"

const clipPath = id => `api/clips/${encodeURIComponent(id)}`
const ROW = 60
const review = { clips: [], shown: [], chosen: null, undo: [], peaks: null, seconds: 0, loading: 0 }
const drafts = new Map()  // words that are typed and not saved, by clip
const player = new Audio()
const byId = id => review.clips.find(clip => clip.id === id)

export async function loadClips() {
  review.clips = await ask("api/clips")
  sift()
  if (!byId(review.chosen)) choose(review.shown[0]?.id)
}

// The list keeps its order while one works in it; it is sifted again when the filter, the order or the search change.
function sift() {
  const words = $("search").value.trim().toLowerCase(), filter = $("filter").value
  const wanted = clip => (filter === "all" || (filter === "todo" ? !clip.seen && (clip.status === "keep" || clip.doubt > 0)
    : filter === "edited" ? clip.edited : clip.status === filter)) && (!words || `${clip.text}\n${clip.source}`.toLowerCase().includes(words))
  review.shown = review.clips.filter(wanted)
  if ($("order").value === "doubt") review.shown = review.shown.map((clip, n) => [clip, n]).sort((a, b) => b[0].doubt - a[0].doubt || a[1] - b[1]).map(pair => pair[0])
  draw()
}

function draw() {
  const list = $("rows"), first = Math.max(0, Math.floor(list.scrollTop / ROW) - 6)
  const last = Math.min(review.shown.length, Math.ceil((list.scrollTop + list.clientHeight) / ROW) + 6)
  $("space").style.height = `${review.shown.length * ROW}px`
  list.querySelectorAll(".row").forEach(row => row.remove())
  for (let n = first; n < last; n++) {
    const clip = review.shown[n]
    const mark = drafts.has(clip.id) && clip.id !== review.chosen ? ["！", "mark no"] : clip.seen || (clip.edited && !clip.doubt) ? ["✓", "mark"] : clip.doubt >= 0.3 ? ["？", "mark odd"] : ["", "mark"]
    const row = make("div", { className: `row ${clip.status} ${clip.id === review.chosen ? "chosen" : ""}` },
      make("p", { textContent: clip.text || clip.heard || "—", lang: "zh" }), make("p", { className: `right ${mark[1]}`, textContent: mark[0] }),
      make("p", { className: "small", textContent: clip.source }), make("p", { className: "small right number", textContent: `${(clip.end - clip.start).toFixed(1)} s` }))
    row.style.top = `${n * ROW}px`
    row.dataset.id = clip.id
    row.setAttribute("role", "option")
    row.setAttribute("aria-selected", clip.id === review.chosen)
    row.onclick = () => choose(clip.id)
    list.append(row)
  }
  const minutes = clips => (clips.reduce((sum, clip) => sum + clip.end - clip.start, 0) / 60).toFixed(1)
  const kept = review.clips.filter(clip => clip.status === "keep")
  $("count").textContent = t("of", review.clips.length, minutes(review.clips), kept.length, minutes(kept), review.clips.filter(clip => clip.seen).length)
  $("nothing").hidden = !!review.chosen
  $("detail").hidden = !review.chosen
}

function choose(id, play = true) {
  leave()
  if (id === undefined) { review.chosen = null; player.pause(); draw(); return }
  review.chosen = id
  const place = review.shown.findIndex(clip => clip.id === id) * ROW, list = $("rows")
  if (place >= 0 && (place < list.scrollTop || place + ROW > list.scrollTop + list.clientHeight)) list.scrollTop = place - list.clientHeight / 2
  $("original").checked = false
  show(byId(id))
  draw()
  quietly(loadSound(play && $("auto").checked))
}

function show(clip) {
  $("source").textContent = `${clip.source} · ${clip.start.toFixed(2)}–${clip.end.toFixed(2)} s · ${clip.speaker}`
  $("state").textContent = [t(clip.status === "keep" ? "kept" : "rejected"), clip.edited && t("edited"), clip.seen && t("seen"), clip.doubt >= 0.3 && t("doubtful")].filter(Boolean).join(" · ")
  $("text").value = drafts.get(clip.id) ?? clip.text
  $("saved").textContent = drafts.has(clip.id) ? t("unsaved") : ""
  $("heard").replaceChildren(...(clip.heard ? [t("heard"), ...differing(clip.text, clip.heard)] : []))
  $("reason").textContent = clip.status === "reject" ? clip.reason[language] : clip.review.map(found => found.other ? t("also_heard", found.why[language], found.other) : found.why[language]).join(" · ")
  $("before").hidden = !clip.cleaned
  $("keep").disabled = !clip.audio
  $("split").disabled = $("join").disabled = $("play").disabled = !clip.audio
  $("help").textContent = t("help")
  $("scores").replaceChildren(...Object.entries(clip.scores).map(([name, value]) => make("span", { textContent: `${about.scores[language][name] || name} ${+value.toFixed(3)}` })))
}

// What was heard, with what is not in the text marked: the usual place of a mistake.
function differing(text, heard) {
  const kept = new Set(text)
  return [...heard].map(char => kept.has(char) || /\p{P}|\s/u.test(char) ? char : make("b", { textContent: char }))
}

async function loadSound(play) {
  const clip = byId(review.chosen), turn = ++review.loading
  player.pause()
  review.peaks = null
  review.seconds = 0  // a click on the wave of a sound that is still on its way would move the one before it
  drawWave()
  if (!clip.audio) { player.removeAttribute("src"); return }
  const blob = await ask(`${clipPath(clip.id)}/audio?which=${$("original").checked ? "original" : "made"}`)
  if (turn !== review.loading) return
  URL.revokeObjectURL(player.src)
  player.src = URL.createObjectURL(blob)
  if (play) player.play().catch(() => {})
  review.context ||= new OfflineAudioContext(1, 1, 16000)
  const sound = await review.context.decodeAudioData(await blob.arrayBuffer())
  if (turn !== review.loading) return
  const samples = sound.getChannelData(0), count = 400, size = Math.max(1, Math.floor(samples.length / count))
  review.seconds = sound.duration
  review.peaks = Array.from({ length: count }, (_, n) => samples.subarray(n * size, (n + 1) * size).reduce((most, x) => Math.max(most, Math.abs(x)), 0))
  drawWave()
}

function drawWave() {
  const canvas = $("wave"), ratio = devicePixelRatio || 1, width = canvas.clientWidth * ratio, height = canvas.clientHeight * ratio
  canvas.width = width
  canvas.height = height
  if (!review.peaks) return
  const pen = canvas.getContext("2d"), top = Math.max(0.05, ...review.peaks)
  pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--wave")
  review.peaks.forEach((peak, n) => {
    const tall = Math.max(ratio, (peak / top) * height * 0.86)
    pen.fillRect((n * width) / review.peaks.length, (height - tall) / 2, Math.max(1, width / review.peaks.length - ratio * 0.6), tall)
  })
}

function tick() {
  const whole = review.seconds || player.duration || 1
  $("head").style.left = `${Math.min(100, (player.currentTime / whole) * 100)}%`
  $("clock").textContent = `${player.currentTime.toFixed(2)} / ${(review.seconds || 0).toFixed(2)} s`
  $("play").textContent = player.paused ? "▶" : "❚❚"
  requestAnimationFrame(tick)
}

// Puts what the server made of a change in the place of what it was.
function apply({ rows, gone, change, note }) {
  if (change) review.undo.push(change)
  if (note[language]) toast(note[language])
  for (const name of ["clips", "shown"]) {
    const list = review[name].map(clip => rows.find(row => row.id === clip.id) ?? clip)
    if (gone.length) {
      const place = list.findIndex(clip => gone.includes(clip.id))
      list.splice(place < 0 ? list.length : place, 0, ...rows)
    }
    review[name] = list.filter(clip => !gone.includes(clip.id))
  }
  if (byId(review.chosen)) retell()
  draw()
}
// Shows the chosen clip again, and leaves the cursor where somebody is typing.
export function retell() {
  const clip = byId(review.chosen), box = $("text"), [text, at] = [box.value, box.selectionStart]
  if (!clip) return
  show(clip)
  if (document.activeElement !== box || text.trim() !== box.value.trim()) return
  box.value = text
  box.setSelectionRange(at, at)
}

// One request after the other, in the order of what a person did; each is about the clip that was chosen then.
let queue = Promise.resolve(), waiting = 0
function enqueue(work) {
  waiting++
  const done = queue.then(work).finally(() => { waiting-- })
  queue = quietly(done)
  return done
}

// Sends a verdict together with the words that were typed: a clip without words may be rejected, and not kept.
function commit(id, what = {}) {
  const text = drafts.get(id)
  drafts.delete(id)
  const sent = enqueue(() => change(id, text === undefined ? what : { ...what, text }))
  quietly(sent.catch(() => { // what could not be saved is not lost, and marked in the list
    if (text !== undefined && byId(id) && !drafts.has(id)) drafts.set(id, text)
    retell()
    draw()
  }))
  return sent
}

async function change(id, { text, ...what }) {
  const clip = byId(id)
  if (!clip) return // cut or joined meanwhile
  if (text !== undefined && text.trim() !== clip.text) what.text = text
  if (what.seen && clip.seen && !what.status && what.text === undefined) return
  if (!Object.keys(what).length) return
  $("saved").textContent = t("saving")
  apply(await ask(clipPath(id), what, "PATCH"))
  if (!drafts.has(review.chosen)) $("saved").textContent = t("saved")
}

let typing
function typed(event) {
  const id = review.chosen, text = $("text").value
  drafts.set(id, text)
  clearTimeout(typing)
  if (event.isComposing) return // half a word in pinyin: its end is told too
  if (text.trim()) typing = setTimeout(() => drafts.has(id) && quietly(commit(id)), 500) // empty: more is to come
}
function leave() {
  clearTimeout(typing)
  if (drafts.has(review.chosen)) quietly(commit(review.chosen))
}

export function away() {
  leave()
  player.pause()
}

const step = (by, play) => {
  const n = review.shown.findIndex(clip => clip.id === review.chosen), next = review.shown[Math.min(review.shown.length - 1, Math.max(0, n + by))]
  if (next && next.id !== review.chosen) choose(next.id, play)
}
// Goes on at once, and comes back where it could not be saved.
function decide(what) {
  const id = review.chosen, sent = commit(id, what)
  step(1)
  sent.catch(() => { if (byId(id) && review.chosen !== id) choose(id, false) })
}
const agree = () => decide({ seen: true })
const judge = status => decide({ status, seen: true })
function undo() {
  leave()
  quietly(enqueue(async () => {
    const change = review.undo.at(-1)
    if (!change) return toast(t("nothing_to_undo"))
    try {
      const done = await ask("api/undo", { change })
      review.undo.pop()
      apply(done)
      choose(done.rows[0].id, false)
    } catch (error) {
      if ([404, 409].includes(error.status)) review.undo.pop() // it never can be; otherwise it waits for the next try
      await loadClips() // somebody else changed it: show what it is now
      retell()
      throw error
    }
  }))
}
// Asks for other clips in the place of one; where it is gone by then, the key was pressed twice.
function recut(id, path, body) {
  leave()
  quietly(enqueue(async () => {
    if (!byId(id)) return
    const done = await ask(`${clipPath(id)}/${path}`, body)
    apply(done)
    if (!byId(review.chosen)) choose(done.rows[0].id, false)
  }))
}
function split() {
  const text = $("text").value, at = $("text").selectionStart, seconds = player.currentTime
  if (!seconds || !at || at >= text.length) return toast(t("cut_where"))
  recut(review.chosen, "split", { at: seconds, left: text.slice(0, at), right: text.slice(at) })
}
function join() {
  const clip = byId(review.chosen)
  const next = review.clips.filter(other => other.source === clip.source && other.start > clip.start).sort((a, b) => a.start - b.start)[0]
  if (!next) return toast(t("no_next"))
  recut(clip.id, "join", { other: next.id })
}
const toggle = () => (player.paused ? player.play().catch(() => {}) : player.pause())

$("search").oninput = $("filter").onchange = $("order").onchange = () => { $("rows").scrollTop = 0; sift(); if (!review.shown.some(clip => clip.id === review.chosen)) choose(review.shown[0]?.id, false) }
$("rows").onscroll = draw
$("play").onclick = toggle
$("original").onchange = () => quietly(loadSound(!player.paused))
$("text").oninput = typed
$("text").addEventListener("compositionend", typed)
$("text").onblur = () => { if ($("text").value.trim()) leave() } // without words it waits for the verdict
$("keep").onclick = () => judge("keep")
$("reject").onclick = () => judge("reject")
$("undo").onclick = undo
// The buttons must not take the cursor out of the text: it says where to divide it.
for (const id of ["split", "join", "play"]) $(id).onmousedown = event => event.preventDefault()
$("split").onclick = split
$("join").onclick = join
document.querySelector(".wave").onclick = event => {
  const box = $("wave").getBoundingClientRect()
  if (review.seconds) player.currentTime = ((event.clientX - box.left) / box.width) * review.seconds
}
const MOVES = new Set(["ArrowDown", "ArrowUp", "j", "k", "PageDown", "PageUp"])
const KEYS = {
  " ": toggle, ArrowDown: () => step(1), ArrowUp: () => step(-1), j: () => step(1), k: () => step(-1), PageDown: () => step(10, false), PageUp: () => step(-10, false),
  Enter: agree, a: () => judge("keep"), d: () => judge("reject"), s: split, m: join, z: undo,
  e: () => $("text").focus(), o: () => { if (byId(review.chosen).cleaned) { $("original").checked = !$("original").checked; quietly(loadSound(true)) } },
}
document.addEventListener("keydown", event => {
  if ($("review").hidden || event.isComposing) return
  if (document.activeElement === $("text")) {
    if (event.key === "Escape") { $("text").blur(); $("rows").focus() }
    else if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); agree(); $("rows").focus() }
    else if (event.ctrlKey && event.key === " ") { event.preventDefault(); toggle() }
    return
  }
  if (["INPUT", "SELECT"].includes(document.activeElement.tagName) && document.activeElement.type !== "checkbox") return
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key, does = KEYS[key]
  if (!does || !review.chosen) return
  event.preventDefault()
  if (!event.repeat || MOVES.has(key)) does() // a key that is held down moves, and judges nothing
})
addEventListener("resize", () => { draw(); drawWave() })
addEventListener("beforeunload", event => { if (drafts.size || waiting) { leave(); event.preventDefault() } })
requestAnimationFrame(tick)
