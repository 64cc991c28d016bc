// What all tabs use: finding and making elements, short messages, and asking the routes of ffvits/web/app.py.
import { language, t } from "./words.js"

export const $ = id => document.getElementById(id)
export const make = (tag, props = {}, ...inside) => { const e = Object.assign(document.createElement(tag), props); e.append(...inside); return e }
export const about = {}  // the run: its name, its sentences, what its scores are called

let toasting
export function toast(text) {
  $("toast").textContent = text
  $("toast").classList.add("shown")
  clearTimeout(toasting)
  toasting = setTimeout(() => $("toast").classList.remove("shown"), 5000)
}

// Every answer is JSON or a blob; a refusal is shown with its cure, and ends what asked for it: its `status` is 0 where
// there was no answer at all.
export async function ask(path, body, method = body ? "POST" : "GET") {
  const options = body ? { method, body: JSON.stringify(body), headers: { "Content-Type": "application/json" } } : { method }
  const answer = await fetch(path, options).catch(() => null)
  if (!answer?.ok) {
    const told = answer ? await answer.json().catch(() => null) : null
    const text = told?.said?.[language] || told?.error?.message || (answer ? answer.statusText : t("gone"))
    toast(text)
    throw Object.assign(new Error(text), { status: answer?.status ?? 0 })
  }
  return answer.headers.get("Content-Type").startsWith("application/json") ? answer.json() : answer.blob()
}
// Where nothing waits for the outcome: `ask` has told what went wrong.
export const quietly = promise => promise.catch(() => {})
