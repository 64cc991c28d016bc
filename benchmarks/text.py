"""How well and how fast text is read.

    python benchmarks/text.py                                     # speed, import time, memory
    python benchmarks/text.py --cpp cpp_dev.tsv                   # polyphones (sentence, position, pinyin)
    python benchmarks/text.py --tn WeTextProcessing/tn/chinese/test/data --json

`--cpp` also takes the folder of the CPP repository's `test.sent` and `test.lb`. Paths are yours: the data is not part
of ffvits. On the development split the shipped weights have seen the answers, so that number is no measure of the
field; `benchmarks/polyphone_model.py` cross-validates there.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import subprocess
import sys
import time
from pathlib import Path

from ffvits import console

SENTENCES = (
    "他出生于1998年12月，今年26岁，身高175cm，体重70.5kg。",
    "今天天气很好，我们去公园玩吧。",
    "银行行长说，这个项目得重新调整，差不多要花￥3.5万。",
    "我用iPhone15在B站看了2个小时的直播，666！",
    "会议定于3月15日14:00-16:30在2号楼305会议室举行，请各位准时参加。",
)


def cases_of_wetext(folder: Path) -> dict[str, object]:
    """Share of WeTextProcessing's own Chinese cases that agree, marks and case aside, and those that do not."""
    from ffvits.text import normalize

    def bare(text: str) -> str:
        return re.sub(r"""[，。！？、；：…—“”《》（）,.!?:"() ]""", "", text).lower()

    total, wrong = 0, []
    for name in "cardinal char date fraction math money measure normalizer number sport time whitelist".split():
        for line in (folder / f"{name}.txt").read_text(encoding="utf-8").splitlines():
            if "=>" not in line:
                continue
            written, spoken = (part.strip() for part in line.split("=>"))
            total += 1
            said = normalize(written)
            if bare(said) != bare(spoken):
                wrong.append({"written": written, "said": said, "expected": spoken})
    return {"cases": total, "agree": total - len(wrong), "others": wrong}


def cpp(path: Path) -> list[tuple[str, int, str]]:
    """Sentences with the index of a character and its reading."""
    if path.is_dir():
        sentences = (path / "test.sent").read_text(encoding="utf-8").splitlines()
        labels = (path / "test.lb").read_text(encoding="utf-8").split()
        found = []
        for marked, label in zip(sentences, labels, strict=True):
            place = marked.index("▁")
            # The character stands between two of these signs.
            found.append((marked.replace("▁", ""), place, label.replace("u:", "v")))
        return found
    with path.open(encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["sentence"], int(row["position"]), row["pinyin"].replace("u:", "v")) for row in rows]


def polyphones(path: Path) -> dict[str, float]:
    """Share of marked characters that are read as annotated, and milliseconds a sentence on one core."""
    from ffvits.text.mandarin import character_readings

    data = cpp(path)
    character_readings(data[0][0])
    start = time.process_time()
    right = sum(character_readings(sentence)[place] == reading for sentence, place, reading in data)
    spent = time.process_time() - start
    return {"sentences": len(data), "accuracy": right / len(data), "ms_per_sentence": 1000 * spent / len(data)}


def speed() -> dict[str, float]:
    """Milliseconds of processor time a sentence for each stage, after loading; seconds for long text."""
    from ffvits.text import front_end, normalize, split_sentences

    end = front_end("mandarin-lite")
    end.encode(SENTENCES[0])

    def per_sentence(work, times: int = 40) -> float:
        start = time.process_time()
        for _ in range(times):
            for sentence in SENTENCES:
                work(sentence)
        return 1000 * (time.process_time() - start) / times / len(SENTENCES)

    long = (SENTENCES[1] * 7000)[:100_000]
    start = time.process_time()
    split_sentences(long)
    return {
        "normalize_ms": per_sentence(normalize),
        "encode_ms": per_sentence(end.encode),
        "split_100000_characters_s": time.process_time() - start,
    }


_PROBE = """
import json, sys, time
start = time.perf_counter(); import ffvits.text as text; imported = time.perf_counter() - start
start = time.perf_counter(); text.front_end("mandarin-lite").encode("你好，今天是2024年。")
first = time.perf_counter() - start
try:
    import resource
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)
except ImportError:
    peak = None
print(json.dumps({"import_s": imported, "first_sentence_s": first, "peak_memory_mb": peak}))
"""


def loading() -> dict[str, float]:
    """Seconds to import, seconds to the first sentence, and peak memory, in a fresh process."""
    out = subprocess.run([sys.executable, "-c", _PROBE], capture_output=True, text=True, encoding="utf-8", check=True)
    return json.loads(out.stdout)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cpp", type=Path, help="CPP as a table, or the folder with test.sent and test.lb")
    parser.add_argument("--tn", type=Path, help="WeTextProcessing's tn/chinese/test/data")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    args = parser.parse_args()
    report: dict[str, object] = {"loading": loading(), "speed": speed()}
    if args.cpp:
        report["polyphones"] = polyphones(args.cpp)
    if args.tn:
        report["wetext_cases"] = cases_of_wetext(args.tn)
    if args.json:
        sys.stdout.write(json.dumps(report, ensure_ascii=False, indent=1) + "\n")
        return 0
    for part, values in report.items():
        for name, value in values.items():
            console.info(f"{part} {name}: {value:.4g}" if isinstance(value, int | float) else f"{part} {name}: {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
