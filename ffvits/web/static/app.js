// The page: three tabs over the routes of ffvits/web/app.py. No framework: what is shown is a function of a tab's state.
import { $, about, ask, quietly } from "./page.js"
import { away, loadClips, retell } from "./review.js"
import { loadVoices } from "./speak.js"
import { loadTraining } from "./train.js"
import { language, speakOther, t } from "./words.js"

const OPENED = { review: loadClips, train: loadTraining, speak: loadVoices }

function translate() {
  document.documentElement.lang = language
  for (const e of document.querySelectorAll("[data-t]")) e.textContent = t(e.dataset.t)
  for (const e of document.querySelectorAll("[data-p]")) e.placeholder = e.ariaLabel = t(e.dataset.p)
  for (const e of document.querySelectorAll("[data-title]")) e.title = e.ariaLabel = t(e.dataset.title)
  $("language").textContent = language === "zh" ? "English" : "中文"
}
async function open(page) {
  away()
  for (const name of Object.keys(OPENED)) $(name).hidden = name !== page
  for (const tab of document.querySelectorAll("[role=tab]")) tab.setAttribute("aria-selected", tab.dataset.page === page)
  history.replaceState(null, "", `#${page}`)
  await OPENED[page]()
}
for (const tab of document.querySelectorAll("[role=tab]")) tab.onclick = () => quietly(open(tab.dataset.page))
$("language").onclick = () => {
  speakOther()
  translate()
  quietly(open(location.hash.slice(1) || "review"))
  retell()
}
translate()
Object.assign(about, await ask("api/run"))
$("name").textContent = about.name
document.title = `${about.name} · ffvits`
await open(location.hash.slice(1) in OPENED ? location.hash.slice(1) : "review")
