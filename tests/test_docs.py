"""Documents are true: links lead somewhere, commands and fields exist, and both languages say the same."""

import argparse
import ast
import importlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

import ffvits
from ffvits import console
from ffvits.cli import build_parser
from ffvits.recipe import options

ROOT = Path(__file__).parent.parent
ENGLISH_ALONE = ("dependencies.md", "embedded-base.md")  # for who works on ffvits, or makes a base
PAGES = sorted(
    page
    for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md", "ffvits/**/*.md")
    for page in ROOT.glob(pattern)
    if "runs" not in page.relative_to(ROOT).parts
)
GUIDES = sorted(page for page in (ROOT / "docs").glob("*.md") if page.name not in ENGLISH_ALONE)
TWINS = [
    *((guide, guide.parent / "zh" / guide.name) for guide in GUIDES),
    (ROOT / "README.md", ROOT / "README.zh-CN.md"),
    (ROOT / "examples/bot/README.md", ROOT / "examples/bot/README.zh-CN.md"),
]
OWN_WORDS = re.compile(r"(^|\s+)(#|//|<!--).*$|(?<=^source:).*$|(?<=^consent:).*$")  # comments, and a person's own text
FIELD = re.compile(r"(?:label|text|train|speak)(?:\.[a-z_]+)+")


def named(value: object) -> str:
    return value.relative_to(ROOT).as_posix() if isinstance(value, Path) else ""


def without_code(text: str) -> str:
    """The text without fenced and indented blocks, and without what stands between backticks."""
    text = re.sub(r"(?ms)^( *)```.*?^\1```$", "", text)
    text = re.sub(r"(?m)^(?: {4}|\t)(?! *[-*\d]).*$", "", text)
    return re.sub(r"`[^`\n]*`", "", text)


def blocks(text: str) -> list[list[str]]:
    """The blocks of code, fenced or indented, line by line, without what each language has in its own words."""
    found, fenced, open_ = [], False, False
    for line in text.splitlines():
        fence = line.lstrip().startswith("```")
        if fence:
            fenced = not fenced
        inside = fenced if not fence else False
        inside = inside or (not fence and line.startswith("    ") and not re.match(r" +[-*\d]", line))
        if inside and not open_:
            found.append([])
        open_ = inside or (open_ and not line.strip() and not fence)
        if inside and (code := OWN_WORDS.sub("", line).strip()):
            found[-1].append(code)
    return found


def inline(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", re.sub(r"(?ms)^( *)```.*?^\1```$", "", text))


def headings(text: str) -> list[str]:
    plain = re.sub(r"(?ms)^( *)```.*?^\1```$", "", text)
    return re.findall(r"(?m)^(#+) ", plain)


def tables(text: str) -> list[tuple[int, int]]:
    """Rows and columns of each table."""
    found: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.startswith("|"):
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    # A bar that stands in code does not begin a cell.
    return [(len(rows), re.sub(r"`[^`]*`|\\\|", "", rows[0]).count("|")) for rows in found if rows]


def anchors(page: Path) -> set[str]:
    """What GitHub makes of headings: lower case, no marks but hyphens, spaces as hyphens."""
    titles = re.findall(r"(?m)^#+ +(.+?) *$", page.read_text(encoding="utf-8"))
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).lower() for title in titles]
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in plain}


def links(page: Path) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text(encoding="utf-8")))


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each `ffvits VERB …` of the code in it: the verb, and the flags behind it."""
    lines = [line for block in blocks(text) for line in block] + inline(text)
    for line in lines:
        for said in re.finditer(r"(?:^|[\s(])(?:ffvits |python -m ffvits[. ])([a-z]+)((?: [^|;&#]*)?)", line):
            verb, rest = said.groups()
            try:
                words = shlex.split(rest)
            except ValueError:  # an apostrophe of the text around it
                words = rest.split()
            if not line.startswith(("from ", "import ")):  # Python
                yield verb, [word.partition("=")[0] for word in words if re.match(r"--[a-z]", word)]


def verbs() -> dict[str, set[str]]:
    actions = build_parser()._actions
    choices = next(action.choices for action in actions if isinstance(action, argparse._SubParsersAction))
    return {verb: set(parser._option_string_actions) for verb, parser in choices.items()}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page):
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link} leads nowhere"
        if anchor:
            assert anchor in anchors(target), f"{link}: no such heading"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_commands_and_flags_exist(page):
    known = verbs()
    for verb, flags in commands(page.read_text(encoding="utf-8")):
        assert verb in known, f"there is no ffvits {verb}"
        assert set(flags) <= known[verb], f"ffvits {verb} has no {sorted(set(flags) - known[verb])}"


@pytest.mark.parametrize("page", [page for pair in TWINS for page in pair], ids=named)
def test_fields_of_the_recipe_exist(page):
    fields = {name for name, _, _ in options()}
    fields |= {name.rpartition(".")[0] for name in fields}
    for code in inline(page.read_text(encoding="utf-8")):
        for name in FIELD.findall(code) if FIELD.match(code) else ():
            known = name in fields or any(name.startswith(f"{field}.") for field in ("train.parts", "text.lexicon"))
            assert known or name.endswith((".jsonl", ".log", ".json", ".csv", ".py")), f"a recipe has no {name}"


def python(page: Path) -> list[str]:
    return re.findall(r"(?ms)^```python\n(.*?)^```$", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", [page for page in PAGES if python(page)], ids=named)
def test_names_in_python_exist(page):
    for code in python(page):
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "ffvits":
                module = importlib.import_module(node.module)
                for name in node.names:
                    assert hasattr(module, name.name) or importlib.import_module(f"{node.module}.{name.name}")
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "ffvits":
                assert hasattr(ffvits, node.attr), f"there is no ffvits.{node.attr}"


def test_what_needs_no_recordings_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    alone = [code for code in python(ROOT / "docs/python.md") if not re.search("raw|paimon|rows|run_batch", code)]
    assert len(alone) == 3  # speaking, text, errors
    names: dict[str, object] = {}
    try:
        for code in alone:
            exec(code, names)
    finally:
        console.quiet(False)
    said = capsys.readouterr().out
    assert "气温零下五摄氏度" in said and "hang2" in said and "runs/nobody" in said
    assert (tmp_path / "hello.wav").is_file()


@pytest.mark.parametrize(("english", "chinese"), TWINS, ids=named)
def test_both_languages_say_the_same(english, chinese):
    ours, theirs = (page.read_text(encoding="utf-8") for page in (english, chinese))
    assert headings(ours) == headings(theirs)
    assert blocks(ours) == blocks(theirs)
    assert tables(ours) == tables(theirs)
    assert {code for code in inline(ours) if code.startswith("--")} == {
        code for code in inline(theirs) if code.startswith("--")
    }
    assert {code for code in inline(ours) if FIELD.fullmatch(code)} == {
        code for code in inline(theirs) if FIELD.fullmatch(code)
    }


@pytest.mark.parametrize(("english", "chinese"), TWINS, ids=named)
def test_each_language_leads_to_the_other(english, chinese):
    for page, other in ((english, chinese), (chinese, english)):
        targets = {(page.parent / link.partition("#")[0]).resolve() for link in links(page)}
        assert other.resolve() in targets
