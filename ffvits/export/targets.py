"""Which programs a voice can go to, and what is written for each."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ffvits import console
from ffvits.errors import FfvitsError
from ffvits.export.finished import Finished, finished, of_checkpoint
from ffvits.export.folder import Refused, holds_base, mark_of, placed
from ffvits.files import FULL, path_of, replacing, write_text
from ffvits.run import Run
from ffvits.speak.folder import JUDGE_FILE, VoiceInfo, find_voice

PRECISIONS = ("float32", "float16", "int8")
# What a read-me lets a program without our front end say; each exercises another rule.
SENTENCES = ("你好，很高兴认识你。", "今天是2024年5月1日，气温23.5度。", "这件事情，你到底是怎么想的呢？")


@dataclass(frozen=True)
class Written:
    """One export: its `folder` and the bytes in it; `refused` says why there is none.

    `unfit`: the program can take no such voice, whatever is done about it.
    """

    target: str
    folder: Path
    size: int = 0
    refused: str = ""
    unfit: bool = False


class Unfit(Refused):
    """A program that can take no such voice."""


def export(
    source: str | Path,
    targets: Sequence[str],
    *,
    checkpoint: str | Path | int | None = None,
    out: str | Path | None = None,
    precision: str = "float32",
    offline: bool = False,
) -> list[Written]:
    """Writes a run's voice (or a base's) for each of `targets` into a folder of its own under `out` (RUN/exports).

    `checkpoint` names a training state of the run instead of its finished voice, which has a folder of its own in
    RUN/exports. What an earlier export wrote there goes (see `folder.placed`). A target that cannot take this voice, or
    whose folder holds a network of somebody's own or the run's base, is refused with the reason; the others are
    written. `precision` is that of the ONNX files. Raises FfvitsError for an unknown target or a folder that cannot be
    written, or what `Voice.load` raises for the source.
    """
    from safetensors import SafetensorError

    wrong = next((target for target in targets if target not in TARGETS), None)
    if wrong is not None:
        raise FfvitsError(f"there is no target {wrong!r}", cure=f"choose of {', '.join(TARGETS)}")
    if precision not in PRECISIONS:
        raise FfvitsError(f"there is no precision {precision!r}", cure=f"choose of {', '.join(PRECISIONS)}")
    voice = finished(source, offline) if checkpoint is None else of_checkpoint(source, checkpoint)
    if out is None:
        own = path_of(source)
        out = own / "exports" if own.is_dir() else Path("exports") / voice.name
        out = out / f"step-{voice.info.card['steps']:08d}" if checkpoint is not None else out
    if path_of(out).is_file():
        raise FfvitsError("this is a file, and exports need a folder", cure="choose another --out", file=path_of(out))
    place = find_voice(source) if checkpoint is None else None
    # An export of a training state stays one of it, however the finished voice changes.
    written, mark = [], mark_of(place)
    run = Run(place.parent if place else path_of(source))
    for target in dict.fromkeys(targets):
        small = precision != "float32" and target in ("onnx", "piper")
        folder = path_of(out) / (f"{target}-{precision}" if small else target)
        try:
            if target in NEEDS:
                NEEDS[target](voice)  # before the folder is made: what cannot be written leaves nothing
            if holds_base(folder, run):
                raise Refused(
                    "the base that this run is trained from lies here, and its training would begin afresh",
                    cure=f"choose another --out, as bases/{voice.name}",
                    file=folder,
                )
            with placed(folder, voice.title, mark) as made:
                TARGETS[target](voice, made, precision)
        except Refused as reason:
            console.warn(f"{target}: {reason}")
            written.append(Written(target, folder, refused=str(reason), unfit=isinstance(reason, Unfit)))
            continue
        except (OSError, SafetensorError) as error:
            # Of a disk that is full while weights are written there is no number.
            space = "" if isinstance(error, OSError) and error.errno not in (None, *FULL) else "free some space, or "
            raise FfvitsError(
                f"cannot be written: {getattr(error, 'strerror', None) or error}",
                cure=f"{space}choose another --out",
                file=folder,
            ) from error
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        console.info(f"{target}: {folder}  {size / 1e6:.1f} MB")
        written.append(Written(target, folder, size))
    return written


def _published_decoder(voice: Finished) -> None:
    """Raises Unfit for a voice that sings its decoder's pulses."""
    from ffvits.vits import VitsConfig

    if VitsConfig.from_dict(voice.info.model).sings:
        raise Unfit(
            "these programs know HiFi-GAN's decoder only, and this voice has its base's harmonic one",
            cure="train from a base with a published decoder, such as biaobei",
        )


def _blanks(voice: Finished) -> None:
    """Raises Unfit for a voice that was trained without."""
    if not voice.info.add_blank:
        raise Unfit("piper puts a blank between all phonemes; this voice was trained without", cure="use --to onnx")


def _ascii(path: Path, values: object) -> None:
    """JSON in ASCII: some programs read it in the system's own encoding."""
    write_text(path, json.dumps(values, ensure_ascii=True, indent=2) + "\n")


def _original(voice: Finished, folder: Path, precision: str) -> None:
    """G_*.pth with config.json; moegoe_config.json and moetts.json in folders of their own.

    vits-simple-api takes the first *.json beside a .pth, so there is one only.
    """
    from ffvits.base.export import save_generator
    from ffvits.vits import VitsConfig

    info = voice.info
    steps = info.card.get("steps") or 0
    config = save_generator(
        folder / f"G_{steps}.pth",
        {name: tensor.float() for name, tensor in voice.weights.items()},
        VitsConfig.from_dict(info.model),
        audio=voice.audio,
        symbols=info.symbols,
        speakers=info.speakers,
        front_end=info.front_end,
        add_blank=info.add_blank,
        card=info.card,
    )
    values = json.loads(config.read_text(encoding="ascii"))
    if not values["speakers"]:
        # These programs list speakers even where the model has no table of them.
        values["speakers"] = [voice.name]
    for name in ("moegoe", "moetts"):
        (folder / name).mkdir()
    _ascii(folder / "moegoe" / "moegoe_config.json", values)
    names = {name: row for row, name in enumerate(values["speakers"])} if info.speakers else {}
    _ascii(folder / "moetts" / "moetts.json", {"symbols": list(info.symbols), **({"speakers": names} if names else {})})
    write_text(folder / "READ_ME.txt", _original_note(voice))


_RAW = {
    "bopomofo": "MoeGoe, vits-simple-api: write plain Chinese; their chinese_cleaners is this voice's.",
    "zh_ja_mixture": "MoeGoe, vits-simple-api: write [ZH]你好[ZH]; their zh_ja_mixture_cleaners is this voice's.",
    "cjke": "MoeGoe, vits-simple-api: write [ZH]你好[ZH]; their cjke_cleaners2 is this voice's.",
}


def _original_note(voice: Finished) -> str:
    info = voice.info
    lines = [
        "G_*.pth and config.json: original VITS, CjangCjengh's VITS, vits-simple-api (both into data/models/NAME/).",
        "moegoe/moegoe_config.json: MoeGoe (choose it as the config).",
        "moetts/moetts.json: MoeTTS (put it beside G_*.pth and config.json).",
        "",
    ]
    reader = info.reader()
    if info.front_end in _RAW:
        lines += [_RAW[info.front_end]]
    elif all(len(symbol) == 1 for symbol in info.symbols):
        lines += [
            "The chinese_cleaners of MoeGoe and vits-simple-api write bopomofo, which this voice does not know.",
            "Give it text that is ready: [CLEANED] and the symbols. MoeTTS: leave its own cleaning off.",
            f'More of it: ffvits text "…" --front-end {info.front_end} --cleaned',
            "",
            *(f"[CLEANED]{''.join(reader.encode(sentence).symbols)}" for sentence in SENTENCES),
        ]
    else:
        lines += [
            "The symbols of this voice are several letters long. MoeGoe, MoeTTS and vits-simple-api read text letter",
            "by letter: they load the voice, but no text of theirs can drive it. In Python, give the model these ids",
            f"({'a 0 between all of them is already there' if info.add_blank else 'no blanks'}):",
            "",
            *(f"{sentence} {' '.join(map(str, reader.encode(sentence).ids))}" for sentence in SENTENCES),
        ]
    return "\n".join(lines) + "\n"


def _onnx(voice: Finished, folder: Path, precision: str) -> None:
    """model.onnx with tokens.txt and lexicon.txt; the split networks with NAME.json and voice.json."""
    from ffvits.export import lexicon, networks

    info, model = voice.info, voice.model()
    reader = info.reader()
    metadata = {
        "model_type": "vits",
        "comment": "ffvits",
        "language": "Chinese",
        "sample_rate": info.sampling_rate,
        "n_speakers": len(info.speakers),
        "add_blank": int(info.add_blank),
        "jieba": 1,
        "punctuation": " ".join("，。！？、；：…—"),
        "licence": str(info.card.get("licence", info.card.get("base_licence", ""))),
    }
    with replacing(folder / "model.onnx") as temporary:
        temporary.write_bytes(networks.small(networks.whole(model, metadata), precision))
    write_text(folder / "tokens.txt", lexicon.tokens_file(info.symbols))
    write_text(folder / "lexicon.txt", lexicon.lexicon_file(reader))
    split = {part: networks.small(content, precision) for part, content in networks.split(model).items()}
    networks.write(folder, voice.name, split)
    info.describe(folder)
    _ascii(
        folder / f"{voice.name}.json",
        {
            "Folder": voice.name,
            "Name": voice.name,
            "Type": "Vits",
            "Rate": info.sampling_rate,
            "Symbol": "".join(info.symbols),
            "Cleaner": "",
            "AddBlank": info.add_blank,
            "Characters": list(info.speakers),
        },
    )
    write_text(folder / "READ_ME.txt", _onnx_note(voice))


def _onnx_note(voice: Finished) -> str:
    info, name = voice.info, voice.name
    lines = [
        "sherpa-onnx in Python (pip install sherpa-onnx soundfile), run in this folder:",
        "",
        "    import sherpa_onnx, soundfile",
        "    vits = sherpa_onnx.OfflineTtsVitsModelConfig(",
        '        model="model.onnx", tokens="tokens.txt", lexicon="lexicon.txt",',
        f"        noise_scale={info.noise}, noise_scale_w={info.noise_w}, length_scale={1 / info.speed:g})",
        "    config = sherpa_onnx.OfflineTtsConfig(model=sherpa_onnx.OfflineTtsModelConfig(vits=vits))",
        '    speech = sherpa_onnx.OfflineTts(config).generate("今天天气很好，我们去银行！", sid=0)',
        '    soundfile.write("speech.wav", speech.samples, speech.sample_rate)',
        "",
        "  Its program with the same settings, which is no part of that package:",
        "  sherpa-onnx-offline-tts --vits-model=model.onnx --vits-tokens=tokens.txt --vits-lexicon=lexicon.txt"
        f" --vits-noise-scale={info.noise} --vits-noise-scale-w={info.noise_w} TEXT",
        "  It looks words up instead of reading the sentence, and speaks from mark to mark. Letters must be small;",
        "  numbers above 2100 are left out unless its rule FSTs (number.fst, date.fst, phone.fst) are given.",
        f"MoeVoiceStudio / MoeSS: put {name}_*.onnx into Models/{name}/ and {name}.json into Models/ (older: Mods/).",
        'ffvits without torch: ffvits.Voice.load("this folder").say("你好")',
    ]
    if any(len(symbol) > 1 for symbol in info.symbols):
        lines += [
            "  MoeVoiceStudio takes symbols of one letter; those of this voice are longer, so it has no text for it."
        ]
    return "\n".join(lines) + "\n"


def _piper(voice: Finished, folder: Path, precision: str) -> None:
    """NAME.onnx and NAME.onnx.json; every character is a phoneme of piper's, with the ids of its usual reading."""
    from ffvits.export import lexicon, networks

    info = voice.info
    networks.onnx_package()  # before anything that takes time
    reader = info.reader()
    ids = {symbol: index for index, symbol in enumerate(info.symbols)}
    spaced: dict[str, list[int]] = {"_": [0], "^": [], "$": []}
    for line in lexicon.lexicon_file(reader, words=False).splitlines():
        character, *symbols = line.split(" ")
        rows = [ids[" " if symbol == lexicon.SPACE else symbol] for symbol in symbols]
        # Piper puts one blank behind each phoneme; those between our symbols are written out.
        for written in {character, character.upper()}:
            spaced.setdefault(written, [number for row in rows for number in (row, 0)][:-1])
    with replacing(folder / f"{voice.name}.onnx") as temporary:
        temporary.write_bytes(networks.small(networks.piper(voice.model()), precision))
    _ascii(
        folder / f"{voice.name}.onnx.json",
        {
            "audio": {"sample_rate": info.sampling_rate, "quality": "medium"},
            "espeak": {"voice": "cmn"},
            "phoneme_type": "text",
            "phoneme_map": {},
            "phoneme_id_map": spaced,
            "num_symbols": len(info.symbols),
            "num_speakers": max(1, len(info.speakers)),
            "speaker_id_map": {name: row for row, name in enumerate(info.speakers)},
            "inference": {"noise_scale": info.noise, "length_scale": 1 / info.speed, "noise_w": info.noise_w},
            "language": {"code": "zh_CN"},
            "piper_version": "1.0.0",
        },
    )
    write_text(
        folder / "READ_ME.txt",
        f"piper --model {voice.name}.onnx\n"
        "Piper knows characters only: each has its usual reading, whatever stands around it, and digits are read one\n"
        "by one. Where readings matter take sherpa-onnx (words) or ffvits itself (sentences).\n",
    )


def _bundle(voice: Finished, folder: Path, precision: str) -> None:
    """A voice folder in half the size, with a card that says what it is."""
    import torch

    from ffvits import store

    # Durations are rounded up to whole frames, so what predicts them stays exact.
    weights = {
        name: tensor.float() if name.startswith("dp.") else tensor.to(torch.float16)
        for name, tensor in voice.weights.items()
    }
    voice.info.save(folder, weights)
    write_text(folder / "lexicon.json", json.dumps(dict(voice.info.lexicon), ensure_ascii=False, indent=1) + "\n")
    files = ["model.safetensors", "voice.json", "lexicon.json"]
    if voice.judge is not None:
        from ffvits.base import save_discriminator

        save_discriminator(folder / JUDGE_FILE, {n: tensor.to(torch.float16) for n, tensor in voice.judge.items()})
        files.append(JUDGE_FILE)
    hashes = {name: store.sha256_of(folder / name) for name in files}
    write_text(folder / "README.md", model_card(voice.info, voice.title, hashes))


def model_card(info: VoiceInfo, name: str, hashes: Mapping[str, str]) -> str:
    """What somebody who gets this voice has to know of it, in Markdown."""
    card = info.card

    def said(key: str, missing: str = "not stated") -> str:
        value = card.get(key)
        return str(value) if value not in (None, "") else missing

    rows = [
        ("speakers", ", ".join(info.speakers) or "one"),
        ("base", f"{said('base')} (sha256 {said('base_sha256', 'unknown')})"),
        ("base's licence", said("base_licence", said("licence"))),
        ("about the base", said("base_notes", "—")),
        ("recordings", said("source")),
        ("consent", said("consent")),
        ("speech used", f"{said('minutes', '0')} minutes, {said('clips', '0')} clips"),
        ("training steps", said("steps", "0")),
        ("mel distance on clips never trained on", said("held_out_mel", "not measured")),
        ("share of faults heard in training", said("faults_heard", "not measured")),
        ("sampling rate", f"{info.sampling_rate} Hz"),
        ("text", f"{info.front_end}, {len(info.symbols)} symbols"),
        ("made by", said("made_by", "ffvits")),
    ]
    lines = [f"# {name}", "", "A Mandarin voice made with ffvits.", "", "| | |", "|---|---|"]
    lines += [f"| {key} | {value.replace('|', chr(0xFF5C)).replace(chr(10), ' ')} |" for key, value in rows]
    lines += ["", "## Use", "```python", "import ffvits", 'ffvits.Voice.load("this folder").say("你好")', "```", ""]
    lines += ["## Files", "| file | sha256 |", "|---|---|"]
    lines += [f"| {file} | {digest} |" for file, digest in hashes.items()]
    return "\n".join(lines) + "\n"


TARGETS: Mapping[str, Callable[[Finished, Path, str], None]] = {
    "original": _original,
    "onnx": _onnx,
    "piper": _piper,
    "bundle": _bundle,
}
# What a program needs of a voice; the others take any.
NEEDS: Mapping[str, Callable[[Finished], None]] = {"original": _published_decoder, "piper": _blanks}
