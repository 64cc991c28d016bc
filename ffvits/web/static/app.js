// The page: three tabs over the routes of ffvits/web/app.py. No framework: what is shown is a function of `state`.

const WORDS = {
  zh: {
    review: "审听", train: "训练", speak: "试听", search: "搜索文字或文件名", f_todo: "待审", f_all: "全部", f_keep: "保留", f_reject: "拒绝",
    f_edited: "改过的", o_doubt: "存疑在前", o_file: "按文件顺序", play: "播放（空格）", original: "处理前", auto: "自动播放", keep: "保留", reject: "拒绝",
    split: "拆分", join: "并入下一条", undo: "撤销", nothing: "没有符合条件的片段。", saved: "已保存", saving: "保存中…", steps: "步数", minutes: "分钟", start: "开始训练",
    stop: "停止", zero: "0 表示自动选择", samples: "每次检查时的样音", samples_about: "同一句话、同一随机种子，听得出进步。", log: "日志", say: "朗读", blind: "盲听", heard: "识别：",
    idle: "目前没有在训练", running: "训练中", stopping: "正在保存检查点…", done: "训练完成", stopped: "已停止，可以继续。", failed: "训练出错", step: "第 {0} 步", of: "{0} 条，{1} 分钟 · 保留 {2} 条，{3} 分钟 · 已审 {4}",
    no_voice: "还没有可用的声音：先训练。", speed: "语速", noise: "音色变化", noise_w: "节奏变化", seed: "随机种子", own: "成品", checkpoint: "检查点", other: "其他声音", download: "下载",
    took: "{0} 秒生成 {1} 秒语音", which: "哪一个是 A？", right: "对，是 {0}", wrong: "不对，是 {0}", first: "先听的", second: "后听的", held: "留出片段的距离", trained_on: "训练损失", kl: "文字与声音的差距（KL）", duration: "时长误差", spoken: "自己说", copied: "跟着说", held_out: "留出", training: "训练", again: "从头再听",
    help: "空格 播放 · ↑↓ 选择 · E 改文字 · 回车 确认并到下一条 · A 保留 · D 拒绝 · S 在播放头处拆分（光标处分文字）· M 并入下一条 · O 处理前后 · Z 撤销", cut_where: "把播放头放到要拆的地方，文字光标放到要分开的字中间。", kept: "保留", rejected: "拒绝", seen: "已审", edited: "改过", doubtful: "存疑", nothing_to_undo: "没有可以撤销的。", no_next: "后面没有可并入的片段。", gone: "连不上 ffvits：它还在终端里运行吗？没有保存的改动仍在页面上。", measured: "测量值",
    held_about: "越低越好。这些片段不参加训练，最好的检查点由它决定。", trained_about: "越低越好；它下降而留出片段的距离上升，就是在死记。", kl_about: "下降，然后变平即可。", duration_about: "每个音念得太长或太短；下降，然后变平即可。", best: "最好的检查点：第 {0} 步", of_card: "{0} 条片段，{1} 分钟",
  },
  en: {
    review: "Review", train: "Train", speak: "Speak", search: "search text or file", f_todo: "to review", f_all: "all", f_keep: "kept", f_reject: "rejected",
    f_edited: "edited", o_doubt: "doubtful first", o_file: "file order", play: "play (space)", original: "before cleaning", auto: "play by itself", keep: "Keep", reject: "Reject",
    split: "Split", join: "Join next", undo: "Undo", nothing: "No clip is like that.", saved: "saved", saving: "saving…", steps: "Steps", minutes: "Minutes", start: "Start training",
    stop: "Stop", zero: "0 lets ffvits choose", samples: "A sentence at every look", samples_about: "The same sentence with the same seed: you can hear it learn.", log: "Log", say: "Speak", blind: "Blind test", heard: "heard: ",
    idle: "Nothing is being trained", running: "Training", stopping: "Saving a checkpoint…", done: "Trained", stopped: "Stopped; it can go on.", failed: "Training failed", step: "step {0}", of: "{0} clips, {1} min · {2} kept, {3} min · {4} reviewed",
    no_voice: "There is no voice yet: train first.", speed: "Speed", noise: "Variety of sound", noise_w: "Variety of rhythm", seed: "Seed", own: "finished", checkpoint: "checkpoint", other: "other voice", download: "Download",
    took: "{1} s of speech in {0} s", which: "Which one was A?", right: "Right, it was {0}", wrong: "No, it was {0}", first: "the first", second: "the second", held: "Distance, held out", trained_on: "Loss, training", kl: "Text against sound (KL)", duration: "Error of durations", spoken: "spoken", copied: "copied", held_out: "held out", training: "training", again: "Again",
    help: "space play · ↑↓ move · E edit · Enter agree, next · A keep · D reject · S split at the play head (text at the cursor) · M join next · O before/after · Z undo", cut_where: "Put the play head where to cut, and the cursor where the text divides.", kept: "kept", rejected: "rejected", seen: "reviewed", edited: "edited", doubtful: "doubtful", nothing_to_undo: "Nothing to undo.", no_next: "No clip follows that could be joined.", gone: "ffvits does not answer: is it still running in its terminal? What is not saved is still on the page.", measured: "measured values",
    held_about: "Lower is better. These clips are never trained on; they choose the best checkpoint.", trained_about: "Lower is better; if it falls while the held-out distance rises, clips are learnt by heart.", kl_about: "It should fall, then stay level.", duration_about: "Sounds said too long or too short; it should fall, then stay level.", best: "best checkpoint: step {0}", of_card: "{0} clips, {1} min",
  },
}
const $ = id => document.getElementById(id)
const make = (tag, props = {}, ...inside) => { const e = Object.assign(document.createElement(tag), props); e.append(...inside); return e }
let language = localStorage.getItem("language") || (navigator.language.startsWith("zh") ? "zh" : "en")
const t = (key, ...values) => values.reduce((text, value, n) => text.replace(`{${n}}`, () => value), WORDS[language][key])

let toasting
function toast(text) {
  $("toast").textContent = text
  $("toast").classList.add("shown")
  clearTimeout(toasting)
  toasting = setTimeout(() => $("toast").classList.remove("shown"), 5000)
}

// Every answer is JSON or a blob; a refusal is shown with its cure, and ends what asked for it.
async function ask(path, body, method = body ? "POST" : "GET") {
  const options = body ? { method, body: JSON.stringify(body), headers: { "Content-Type": "application/json" } } : { method }
  const answer = await fetch(path, options).catch(() => null)
  if (!answer?.ok) {
    const told = answer ? await answer.json().catch(() => null) : null
    const text = told?.error?.message || (answer ? answer.statusText : t("gone"))
    toast(text)
    throw new Error(text)
  }
  return answer.headers.get("Content-Type").startsWith("application/json") ? answer.json() : answer.blob()
}
const clipPath = id => `api/clips/${encodeURIComponent(id)}`

// ---- review ----------------------------------------------------------------------------------------------------------
const ROW = 60
const review = { clips: [], shown: [], chosen: null, undo: [], sound: null, peaks: null, loading: 0, dirty: null }
const player = new Audio()
const byId = id => review.clips.find(clip => clip.id === id)

async function loadClips() {
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
    const mark = clip.seen || clip.edited ? ["✓", "mark"] : clip.doubt >= 0.3 ? ["？", "mark odd"] : ["", "mark"]
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

async function choose(id, play = true) {
  await flush()
  if (id === undefined) { review.chosen = null; player.pause(); draw(); return }
  review.chosen = id
  const place = review.shown.findIndex(clip => clip.id === id) * ROW, list = $("rows")
  if (place >= 0 && (place < list.scrollTop || place + ROW > list.scrollTop + list.clientHeight)) list.scrollTop = place - list.clientHeight / 2
  $("original").checked = false
  show(byId(id))
  draw()
  await loadSound(play && $("auto").checked)
}

function show(clip) {
  $("source").textContent = `${clip.source} · ${clip.start.toFixed(2)}–${clip.end.toFixed(2)} s · ${clip.speaker}`
  $("state").textContent = [t(clip.status === "keep" ? "kept" : "rejected"), clip.edited && t("edited"), clip.seen && t("seen"), clip.doubt >= 0.3 && t("doubtful")].filter(Boolean).join(" · ")
  $("text").value = clip.text
  $("heard").replaceChildren(...(clip.heard ? [t("heard"), ...differing(clip.text, clip.heard)] : []))
  $("reason").textContent = clip.status === "reject" ? clip.reason[language] : clip.review.map(found => [found.why[language], found.other].filter(Boolean).join(": ")).join(" · ")
  $("before").hidden = !clip.cleaned
  $("keep").disabled = !clip.audio
  $("split").disabled = $("join").disabled = $("play").disabled = !clip.audio
  $("help").textContent = t("help")
  $("scores").replaceChildren(...Object.entries(clip.scores).map(([name, value]) => make("span", { textContent: `${speak.about.scores[language][name] || name} ${+value.toFixed(3)}` })))
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

function put(row) {
  const n = review.clips.findIndex(clip => clip.id === row.id), m = review.shown.findIndex(clip => clip.id === row.id)
  if (n >= 0) review.clips[n] = row
  if (m >= 0) review.shown[m] = row
}

async function change(id, what, remember = true) {
  const before = byId(id)
  $("saved").textContent = t("saving")
  try {
    const row = await ask(clipPath(id), what, "PATCH")
    if (remember) review.undo.push([id, { text: before.text, status: before.status, seen: before.seen }])
    put(row)
    $("saved").textContent = t("saved")
    if (id === review.chosen) {
      const [text, at] = [$("text").value, $("text").selectionStart]
      show(row)
      if (document.activeElement === $("text") && text.trim() === row.text) { $("text").value = text; $("text").setSelectionRange(at, at) }
    }
    draw()
  } catch (error) {
    $("saved").textContent = ""
    if (id === review.chosen && what.text === undefined) show(before)
    throw error
  }
}

let typing, saving = Promise.resolve()
function typed() {
  review.dirty = { id: review.chosen, text: $("text").value }
  clearTimeout(typing)
  typing = setTimeout(flushQuietly, 500)
}
// One after the other, so that who waits for this also waits for what is on its way already.
function flush() {
  clearTimeout(typing)
  saving = saving.catch(() => {}).then(save)
  return saving
}
async function save() {
  const edit = review.dirty
  review.dirty = null
  if (!edit || !byId(edit.id) || edit.text.trim() === byId(edit.id).text) return
  try {
    await change(edit.id, { text: edit.text })
  } catch (error) {
    review.dirty ??= edit // what could not be saved is tried again, and not left behind
    throw error
  }
}
// Where nothing waits for the outcome: `ask` has told what went wrong.
const flushQuietly = () => flush().catch(() => {})

const step = (by, play) => {
  const n = review.shown.findIndex(clip => clip.id === review.chosen), next = review.shown[Math.min(review.shown.length - 1, Math.max(0, n + by))]
  if (next && next.id !== review.chosen) choose(next.id, play)
}
async function agree() {
  await flush()
  if (!byId(review.chosen).seen) await change(review.chosen, { seen: true })
  step(1)
}
async function judge(status) {
  await flush()
  await change(review.chosen, { status, seen: true })
  step(1)
}
async function undo() {
  await flush()
  const last = review.undo.pop()
  if (!last || !byId(last[0])) return toast(t("nothing_to_undo"))
  await change(last[0], last[1], false)
  choose(last[0], false)
}
async function split() {
  await flush()
  const text = $("text").value, at = $("text").selectionStart, seconds = player.currentTime
  if (!seconds || !at || at >= text.length) return toast(t("cut_where"))
  const id = review.chosen
  const halves = await ask(`${clipPath(id)}/split`, { at: seconds, left: text.slice(0, at), right: text.slice(at) })
  replace([id], halves)
}
async function join() {
  await flush()
  const clip = byId(review.chosen)
  const next = review.clips.filter(other => other.source === clip.source && other.start > clip.start).sort((a, b) => a.start - b.start)[0]
  if (!next) return toast(t("no_next"))
  replace([clip.id, next.id], [await ask(`${clipPath(clip.id)}/join`, { other: next.id })])
}
function replace(old, rows) {
  for (const name of ["clips", "shown"]) {
    const place = review[name].findIndex(clip => clip.id === old[0])
    const rest = review[name].filter(clip => !old.includes(clip.id))
    rest.splice(place < 0 ? rest.length : place, 0, ...rows)
    review[name] = rest
  }
  review.undo = []
  choose(rows[0].id, false)
}
const toggle = () => (player.paused ? player.play().catch(() => {}) : player.pause())

$("search").oninput = $("filter").onchange = $("order").onchange = () => { $("rows").scrollTop = 0; sift(); if (!review.shown.some(clip => clip.id === review.chosen)) choose(review.shown[0]?.id, false) }
$("rows").onscroll = draw
$("play").onclick = toggle
$("original").onchange = () => loadSound(!player.paused)
$("text").oninput = typed
$("text").onblur = flushQuietly
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
const KEYS = {
  " ": toggle, ArrowDown: () => step(1), ArrowUp: () => step(-1), j: () => step(1), k: () => step(-1), PageDown: () => step(10, false), PageUp: () => step(-10, false),
  Enter: agree, a: () => judge("keep"), d: () => judge("reject"), s: split, m: join, z: undo,
  e: () => $("text").focus(), o: () => { if (byId(review.chosen).cleaned) { $("original").checked = !$("original").checked; loadSound(true) } },
}
document.addEventListener("keydown", event => {
  if ($("review").hidden || event.isComposing) return
  if (document.activeElement === $("text")) {
    if (event.key === "Escape") { $("text").blur(); $("rows").focus() }
    else if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); $("text").blur(); $("rows").focus(); agree() }
    else if (event.ctrlKey && event.key === " ") { event.preventDefault(); toggle() }
    return
  }
  if (["INPUT", "SELECT"].includes(document.activeElement.tagName) && document.activeElement.type !== "checkbox") return
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const does = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key]
  if (does && review.chosen) { event.preventDefault(); does() }
})

// ---- train -----------------------------------------------------------------------------------------------------------
const train = { timer: 0, samples: "" }

async function loadTraining() {
  clearTimeout(train.timer)
  $("trained").textContent ||= "…"
  let status
  try { status = await ask("api/train") } finally { if (!$("train").hidden) train.timer = setTimeout(loadTraining, 2000) }
  showTraining(status)
}

function showTraining(status) {
  const running = status.state === "running" || status.state === "stopping", entries = status.history
  const last = entries.length ? entries[entries.length - 1].step : 0, card = status.card
  $("start").disabled = running
  $("stop").disabled = status.state !== "running"
  const about = [t(status.state), last ? t("step", last) : ""]
  if (!running && card.steps) about.push(t("best", card.steps), t("of_card", card.clips, card.minutes))
  $("trained").textContent = about.filter(Boolean).join(" · ")
  $("verdict").textContent = status.verdict || status.message || ""
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
$("start").onclick = async () => showTraining(await ask("api/train/start", { steps: +$("steps").value, minutes: +$("minutes").value }))
$("stop").onclick = async () => showTraining(await ask("api/train/stop", {}))

// ---- speak -----------------------------------------------------------------------------------------------------------
const speak = { voices: [], about: null, sounds: {} }
const SLIDERS = [["speed", 0.5, 2, 0.05], ["noise", 0, 1.2, 0.05], ["noise_w", 0, 1.2, 0.05]]

async function loadVoices() {
  speak.voices = await ask("api/voices")
  if (!$("words").value) $("words").value = speak.about.sentences[0]
  $("sentences").replaceChildren(...speak.about.sentences.map(text => make("button", { textContent: text, onclick: () => { $("words").value = text } })))
  if (!$("sliders").children.length) {
    for (const [name, min, max, step] of SLIDERS) {
      const output = make("output"), range = make("input", { type: "range", id: name, min, max, step })
      range.oninput = () => { output.textContent = (+range.value).toFixed(2) }
      range.value = speak.voices[0]?.[name] ?? 1
      range.oninput()
      $("sliders").append(make("label", {}, make("span", { textContent: t(name) }), output, range))
    }
    $("sliders").append(make("label", {}, make("span", { textContent: t("seed") }), make("input", { type: "number", id: "seed", min: 0, value: speak.about.seed })))
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
  voice.onchange = () => {
    const names = speak.voices.find(v => v.id === voice.value)?.speakers || []
    speaker.replaceChildren(...names.map(who => make("option", { textContent: who })))
    speaker.hidden = names.length < 2
  }
  voice.value = chosen ?? (name === "A" ? speak.voices[0]?.id : speak.voices.find(v => v.kind === "checkpoint")?.id ?? "")
  voice.onchange()
  const save = make("a", { textContent: t("download"), className: "soft", download: "", hidden: !sound })
  if (sound) { save.href = sound; save.download = speak.sounds[name]?.file || "" }
  side.replaceChildren(make("h2", { textContent: name }), make("div", { className: "bar" }, voice, speaker), make("audio", { controls: true, ...(sound ? { src: sound } : {}) }), save)
}

async function sayIt(side) {
  const voice = side.querySelector(".voice").value
  if (!voice) return null
  const body = { voice, text: $("words").value, speaker: side.querySelector(".speaker").value || null, seed: +$("seed").value }
  for (const [name] of SLIDERS) body[name] = +$(name).value
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
document.addEventListener("keydown", event => { if (!$("speak").hidden && event.ctrlKey && event.key === "Enter") say() })

// ---- the page --------------------------------------------------------------------------------------------------------
const OPENED = { review: loadClips, train: loadTraining, speak: loadVoices }

function translate() {
  document.documentElement.lang = language
  for (const e of document.querySelectorAll("[data-t]")) e.textContent = t(e.dataset.t)
  for (const e of document.querySelectorAll("[data-p]")) e.placeholder = e.ariaLabel = t(e.dataset.p)
  for (const e of document.querySelectorAll("[data-title]")) e.title = e.ariaLabel = t(e.dataset.title)
  $("language").textContent = language === "zh" ? "English" : "中文"
}
async function open(page) {
  await flush()
  player.pause()
  for (const name of Object.keys(OPENED)) $(name).hidden = name !== page
  for (const tab of document.querySelectorAll("[role=tab]")) tab.setAttribute("aria-selected", tab.dataset.page === page)
  history.replaceState(null, "", `#${page}`)
  await OPENED[page]()
}
for (const tab of document.querySelectorAll("[role=tab]")) tab.onclick = () => open(tab.dataset.page)
$("language").onclick = () => {
  language = language === "zh" ? "en" : "zh"
  localStorage.setItem("language", language)
  translate()
  open(location.hash.slice(1) || "review")
  if (byId(review.chosen)) show(byId(review.chosen))
}
addEventListener("resize", () => { draw(); drawWave() })
addEventListener("beforeunload", event => { if (review.dirty) { flush(); event.preventDefault() } })
translate()
speak.about = await ask("api/run")
$("name").textContent = speak.about.name
document.title = `${speak.about.name} · ffvits`
await open(location.hash.slice(1) in OPENED ? location.hash.slice(1) : "review")
requestAnimationFrame(tick)
