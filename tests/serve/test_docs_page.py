"""The page at / in its reader's language; its script runs in Node, with a page that has no more than it touches."""

import json
import re
import shutil
import subprocess
from importlib import resources

import pytest

from ffvits import chinese

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="no Node on this machine")

PAGE = resources.files("ffvits.serve").joinpath("docs.html").read_text(encoding="utf-8")
SCRIPT = re.search("<script>(.*)</script>", PAGE, re.DOTALL)[1]
LABELLED = [
    {
        "label": label,
        "zh": re.search('data-zh="(.*?)"', tag)[1],
        "placeholder": (re.search('placeholder="(.*?)"', tag) or "  ")[1].strip(),
    }
    for tag, label in re.findall('(<[^>]*?aria-label="([^"]*)"[^>]*>)', PAGE)
]

BROWSER = """
const { language, labelled, answer } = JSON.parse(process.argv[1])
const fields = labelled.map(one => ({
  placeholder: one.placeholder, dataset: { zh: one.zh }, label: one.label,
  setAttribute(name, value) { if (name === "aria-label") this.label = value },
}))
const parts = {}
const part = () => ({ append() {}, play() {} })
const page = {
  documentElement: { lang: "en" },
  querySelectorAll: () => fields, querySelector: part, createElement: part,
  getElementById: id => parts[id] ||= part(),
}
const sent = []
const fetch = async (address, how) => {
  if (how) sent.push(how.headers)
  else if (address === "openapi.json") return { json: async () => ({ paths: {} }) }
  else return { json: async () => ({ VITS: [] }) }
  if (answer === null) throw new TypeError("Failed to fetch")
  return { ok: false, json: async () => JSON.parse(answer) }
}
class Form extends Map {}
const form = [["text", "好"], ["api_key", "钥匙"]]
new Function("document", "navigator", "fetch", "FormData", process.argv[2])(
  page, { language }, fetch, class extends Form { constructor() { super(form) } })
await parts.try.onsubmit({ preventDefault() {} })
console.log(JSON.stringify({ told: parts.told.textContent, fields, sent, lang: page.documentElement.lang }))
"""


def seen(language: str, answer: str | None) -> dict:
    """What the page shows to somebody with that language when it is told `answer` (None: nobody is there)."""
    given = json.dumps({"language": language, "labelled": LABELLED, "answer": answer})
    command = [NODE, "--input-type=module", "--eval", BROWSER, "--", given, SCRIPT]
    return json.loads(subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout)


REFUSED = json.dumps({"said": chinese.both("the text is empty"), "error": {"message": "the text is empty — write"}})


@pytest.mark.parametrize(
    ("language", "told", "key"),
    [("zh-CN", chinese.said("the text is empty"), "密钥"), ("de", "the text is empty", "API key")],
)
def test_a_refusal_and_the_labels_are_in_the_reader_s_language(language, told, key):
    shown = seen(language, REFUSED)
    assert shown["told"] == told
    assert [one["placeholder"] for one in shown["fields"] if one["placeholder"]] == [key]
    assert len(shown["fields"]) == 4
    for one in shown["fields"]:
        assert one["label"].isascii() == (language == "de")
    assert shown["lang"] == ("zh" if language == "zh-CN" else "en")


@pytest.mark.parametrize("answer", [None, "<html>a proxy's page</html>"])
def test_a_server_that_does_not_answer_is_told(answer):
    assert seen("zh", answer)["told"] == "服务器没有回应"
    assert seen("en-GB", answer)["told"] == "the server does not answer"


def test_a_key_in_any_script_is_sent_as_its_bytes():
    (headers,) = seen("zh", REFUSED)["sent"]
    assert headers["X-API-KEY"].encode("latin-1") == "钥匙".encode()
