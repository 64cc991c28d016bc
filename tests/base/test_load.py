"""A name, a file, a folder or an address becomes a base, or an error that says what to do."""

from __future__ import annotations

import hashlib
import http.server
import json
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from checkpoints import config_json, discriminator, generator, save, small_model

from ffvits import store
from ffvits.base import inspect_checkpoint, load_base
from ffvits.base.load import check_base, find_discriminator, find_generator, locate
from ffvits.errors import BaseError, DownloadError
from ffvits.store import Manifest, Store
from ffvits.store.manifest import BaseCard, Entry, File
from ffvits.text.symbols import TABLES
from ffvits.vits import Vits


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch):
    """A cache of its own, and no network."""
    monkeypatch.setenv("FFVITS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FFVITS_OFFLINE", "1")


def folder_of(folder: Path, name: str = "G_100.pth", n_vocab: int = 50, table: str = "bopomofo") -> Path:
    config_json(folder / "config.json", table=table)
    return save(folder / name, generator(n_vocab))


def test_the_embedded_base_is_whole_and_speaks_its_own_table():
    base = load_base("mandarin-lite")
    assert (base.name, base.front_end, base.language, base.speakers) == ("mandarin-lite", "mandarin-lite", "zh", ())
    assert base.symbols == TABLES["mandarin-lite"]
    assert (base.audio.sampling_rate, base.audio.hop_length, base.add_blank) == (22050, 256, True)
    assert base.discriminator is None
    assert "non-commercial" in base.licence
    assert base.sha256 == hashlib.sha256(base.path.read_bytes()).hexdigest()
    assert (base.path.parent / "CARD.md").is_file()
    Vits(base.config).load_state_dict(base.generator)
    assert all(tensor.dtype == torch.float32 for tensor in base.generator.values())


def test_auto_takes_the_embedded_base_where_nothing_is_in_reach(capsys):
    assert load_base("auto").name == "mandarin-lite"
    said = " ".join(capsys.readouterr().err.split())
    assert "biaobei is not to be had (https://" in said and ": offline" in said


def test_a_file_with_its_config_beside_it(tmp_path: Path, capsys):
    base = load_base(folder_of(tmp_path))
    assert (base.name, base.front_end, base.symbols) == ("G_100", "bopomofo", TABLES["bopomofo"])
    assert base.config.n_vocab == 50
    assert capsys.readouterr().err == "", "whoever only speaks is told nothing of adversaries"


def test_a_config_from_elsewhere(tmp_path: Path):
    path = save(tmp_path / "G_100.pth", generator(50))
    with pytest.raises(BaseError, match="sampling rate"):
        load_base(path)
    assert load_base(path, config=config_json(tmp_path / "x" / "c.json", table="bopomofo")).front_end == "bopomofo"


def test_the_discriminator_beside_the_generator_comes_along(tmp_path: Path):
    path = folder_of(tmp_path)
    save(tmp_path / "D_100.pth", discriminator())
    assert load_base(tmp_path).discriminator.keys() == discriminator().keys()
    assert load_base(path).path == path


def test_a_discriminator_that_cannot_be_used_is_an_error(tmp_path: Path):
    folder_of(tmp_path)
    (tmp_path / "D_100.pth").write_bytes(b"<html>")
    with pytest.raises(BaseError, match="discriminator beside the base cannot be used"):
        load_base(tmp_path)


def test_a_discriminator_is_no_voice(tmp_path: Path):
    with pytest.raises(BaseError, match="this is a discriminator") as caught:
        load_base(save(tmp_path / "D_100.pth", discriminator()))
    assert "G_*.pth" in caught.value.cure


def test_a_finished_voice_is_a_base_again(tmp_path: Path):
    """A run's voice/ folder: model.safetensors and voice.json."""
    from ffvits.voice import VoiceInfo

    model = small_model(50, 2)
    info = VoiceInfo(
        model=model.config.to_dict(),
        sampling_rate=22050,
        symbols=TABLES["bopomofo"],
        front_end="bopomofo",
        add_blank=True,
        speakers=("派蒙", "凯瑟琳"),
        octaves=(0.5, -0.25),
        card={"licence": "CC0"},
    )
    info.save(tmp_path / "runs" / "paimon" / "voice", model.state_dict())
    base = load_base(tmp_path / "runs" / "paimon")
    assert base.speakers == ("派蒙", "凯瑟琳") and base.octaves == (0.5, -0.25)
    assert base.config == model.config
    assert torch.equal(base.generator["emb_g.weight"], model.emb_g.weight)
    text = (tmp_path / "runs" / "paimon" / "voice" / "voice.json").read_text(encoding="utf-8")
    (tmp_path / "runs" / "paimon" / "voice" / "voice.json").write_text(text.replace("-0.25", '"low"'), encoding="utf-8")
    assert load_base(tmp_path / "runs" / "paimon").octaves == ()
    with pytest.raises(BaseError, match="damaged"):
        replace(info, octaves=(0.5,)).describe(tmp_path)
        VoiceInfo.load(tmp_path)


# (the card of a finished voice, the licence and the notes of the base that it becomes)
CARDS = {
    "its own": ({"licence": "CC0", "base_licence": "research only"}, "CC0", ""),
    "its base's": ({"base_licence": "research only", "base_notes": "hums"}, "research only", "hums"),
    "none": ({"base_licence": ""}, "not stated", ""),
    "no card": ("damaged", "not stated", ""),
}


@pytest.mark.parametrize("case", CARDS)
@pytest.mark.parametrize("place", ["voice", "exports/bundle", "."])
def test_a_finished_voice_keeps_its_licence_and_is_named_after_its_run(tmp_path: Path, place, case):
    from ffvits.voice import VoiceInfo

    card, licence, notes = CARDS[case]
    model = small_model(50)
    folder = tmp_path / "paimon" / place
    info = VoiceInfo(model.config.to_dict(), 22050, TABLES["bopomofo"], "bopomofo", True, card=card)
    info.save(folder, model.state_dict())
    base = load_base(folder)
    assert (base.name, base.licence, base.notes) == ("paimon", licence, notes)


def exported(model: Vits, file: Path, **card) -> None:
    from ffvits.base import save_generator

    save_generator(
        file,
        model.state_dict(),
        model.config,
        audio=load_base("mandarin-lite").audio,
        symbols=TABLES["bopomofo"],
        front_end="bopomofo",
        add_blank=True,
        **card,
    )


@pytest.mark.parametrize("name", ["G_1.pth", "G_1.safetensors"])
def test_an_exported_generator_keeps_its_licence(tmp_path: Path, name):
    exported(small_model(50), tmp_path / name, card={"base_licence": "research only"})
    assert (load_base(tmp_path).name, load_base(tmp_path).licence) == ("G_1", "research only")


def test_a_harmonic_decoder_is_known_by_its_weights(tmp_path: Path):
    plain = small_model(50)
    model = Vits(plain.config.with_harmonic_decoder())
    exported(model, tmp_path / "G.safetensors")
    base = load_base(tmp_path)
    assert base.config == model.config and base.config.sings
    Vits(base.config).load_state_dict(base.generator)


# (files in the folder, the generator to take)
FOLDERS = {
    "the only one": (["G_0.pth", "D_0.pth", "config.json"], "G_0.pth"),
    "the highest step, by number": (["G_900.pth", "G_1000.pth", "G_20.pth"], "G_1000.pth"),
    "the latest": (["G_9000.pth", "G_latest.pth", "D_latest.pth"], "G_latest.pth"),
    "safetensors": (["G.safetensors", "D.safetensors"], "G.safetensors"),
    "another name": (["paimon.pth", "D_1.pth"], "paimon.pth"),
    "unpacked from a zip that a Mac made": (["派蒙.pth", "._派蒙.pth"], "派蒙.pth"),
}


@pytest.mark.parametrize("case", FOLDERS)
def test_the_generator_of_a_folder(tmp_path: Path, case):
    names, expected = FOLDERS[case]
    for name in names:
        (tmp_path / name).touch()
    assert find_generator(tmp_path).name == expected


def test_digits_of_the_path_do_not_count(tmp_path: Path):
    folder = tmp_path / "run 99999"
    folder.mkdir()
    for name in ("G_5.pth", "G_40.pth"):
        (folder / name).touch()
    assert find_generator(folder).name == "G_40.pth"


def test_a_folder_without_a_generator_or_with_too_many_is_an_error(tmp_path: Path):
    (tmp_path / "派蒙.zip").touch()
    with pytest.raises(BaseError, match="no generator") as caught:
        load_base(tmp_path)
    assert "派蒙.zip" in caught.value.cure
    for name in ("a.pth", "b.pth"):
        (tmp_path / name).touch()
    with pytest.raises(BaseError, match="which of these"):
        load_base(tmp_path)


TWINS = {
    "G_0.pth": "D_0.pth",
    "G_0-p.pth": "D_0-p.pth",
    "G_trilingual.pth": "D_trilingual.pth",
    "G_latest.pth": "D_latest.pth",
    "G.safetensors": "D.safetensors",
    "pretrained_ljs.pth": "D_1.pth",
}


@pytest.mark.parametrize("name", TWINS)
def test_the_discriminator_has_the_generators_name(tmp_path: Path, name):
    (tmp_path / TWINS[name]).touch()
    assert find_discriminator(tmp_path / name).name == TWINS[name]
    (tmp_path / TWINS[name]).unlink()
    assert find_discriminator(tmp_path / name) is None


@pytest.mark.parametrize(
    ("spec", "message", "cure"),
    [
        ("biaobe", "no base named 'biaobe'", "'biaobei'"),
        ("nothing-like-it", "no base named", "mandarin-lite"),
        ("models/G_0.pth", "no such file", "goes on with --base"),
        ("https://example.invalid/G_0.pth", "needs a name", "behind one: mine@https://example.invalid/G_0.pth"),
        ("mine@https://example.invalid/folder", "must be that of its generator", "mine@https://"),
        ("../x@https://example.invalid/G_0.pth", "cannot be the name", "letters"),
    ],
)
def test_a_base_that_is_not_there(spec, message, cure):
    for refuse in (load_base, check_base):
        with pytest.raises(BaseError) as caught:
            refuse(spec)
        assert message in caught.value.message
        assert cure in caught.value.cure


def test_a_base_is_looked_for_without_being_fetched(tmp_path: Path):
    path = folder_of(tmp_path)
    for spec in ("auto", "biaobei", "mine@https://example.invalid/G_0.pth", "biaobei@https://example.invalid/x"):
        assert check_base(spec) is None
    assert check_base(tmp_path) == check_base(path) == path


def _no_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def _broken_config(folder: Path) -> None:
    (folder / "config.json").write_text('{"data": {,\n}', encoding="utf-8")


def _another_config(folder: Path) -> None:
    shutil.copy(folder / "config.json", folder / "甲.json")
    (folder / "config.json").rename(folder / "乙.json")


def _cut(folder: Path) -> None:
    (folder / "G_100.pth").write_bytes((folder / "G_100.pth").read_bytes()[:-3000])


def _judge_only(folder: Path) -> None:
    save(folder / "G_100.pth", discriminator())


def _broken_judge(folder: Path) -> None:
    (folder / "D_100.pth").write_bytes(b"<html>")


def _diverged(folder: Path) -> None:
    rows = torch.full((1,), float("nan")).expand(50, 192)
    save(folder / "G_100.pth", {**generator(50), "enc_p.emb.weight": rows})


def _diverged_judge(folder: Path) -> None:
    state = {name: torch.full((1,), float("inf")).expand(tensor.shape) for name, tensor in discriminator().items()}
    save(folder / "D_100.pth", state)


CANNOT_SERVE = {
    "a training that diverged": (_diverged, "training had diverged", "an earlier checkpoint"),
    "a discriminator that diverged": (_diverged_judge, "training had diverged", "remove it"),
    "no config": (_no_config, "sampling rate", "put its config.json beside it"),
    "a broken config": (_broken_config, "config.json:1: the config is not JSON", "fix"),
    "one of two configs": (_another_config, "which of these is its config", "call that one G_100.json"),
    "cut off": (_cut, "damaged or ends too early", "download it again"),
    "a discriminator": (_judge_only, "not a voice", "name the generator"),
    "a discriminator that is none": (_broken_judge, "discriminator beside the base", "remove it"),
}


@pytest.mark.parametrize("case", CANNOT_SERVE)
def test_a_base_on_the_disk_that_cannot_serve_is_told_at_once(tmp_path: Path, case, capsys):
    spoil, message, cure = CANNOT_SERVE[case]
    path = folder_of(tmp_path)
    spoil(tmp_path)
    with pytest.raises(BaseError, match=message) as caught:
        check_base(path)
    assert cure in caught.value.cure
    assert caught.value.located.count(str(path)) <= 1
    assert "or name it: ffvits inspect" not in caught.value.cure
    assert capsys.readouterr().err == ""  # what is only worth a warning is said when it is loaded


def test_a_voice_to_start_from_must_be_there(tmp_path: Path):
    many = tmp_path / "many"
    config_json(many / "config.json", table="bopomofo", speakers=["甲", "乙乙"], model={"gin_channels": 256})
    save(many / "G_1.pth", generator(50, 2))
    assert check_base(many, start_from="甲") == check_base(many, start_from="nearest") == many / "G_1.pth"
    with pytest.raises(BaseError, match="no such voice") as caught:
        check_base(many, start_from="乙")
    assert "'乙乙'" in caught.value.cure and "nearest" in caught.value.cure
    for single in ("auto", "mandarin-lite", folder_of(tmp_path / "one")):
        assert check_base(single, start_from="mean") in (None, single)
        with pytest.raises(BaseError, match="has a single voice"):
            check_base(single, start_from="甲")


@pytest.mark.parametrize("made", ["voice", "checkpoints"])
def test_a_run_cannot_start_from_what_it_will_overwrite(tmp_path: Path, made):
    path = folder_of(tmp_path / "run" / made)
    with pytest.raises(BaseError, match="the run's own voice"):
        check_base(path, out=tmp_path / "run")
    assert check_base(path, out=tmp_path / "other") == path
    assert check_base(folder_of(tmp_path / "run" / "exports" / "bundle"), out=tmp_path / "run")


def test_a_base_without_a_front_end_cannot_be_heard(tmp_path: Path):
    from ffvits.voice import Voice

    folder_of(tmp_path, n_vocab=178, table="original-ipa")
    with pytest.raises(BaseError, match="no front end that writes its symbols") as caught:
        Voice.load(tmp_path)
    assert caught.value.file == str(tmp_path / "G_100.pth")


def test_a_base_that_is_only_looked_at_may_be_named_like_any_other(tmp_path: Path):
    embedded = locate("mandarin-lite")
    assert embedded.is_file() and inspect_checkpoint(embedded).usable
    assert locate(folder_of(tmp_path / "run" / "voice").parent.parent) == tmp_path / "run" / "voice" / "G_100.pth"
    assert locate(tmp_path / "none.pth") == tmp_path / "none.pth"
    with pytest.raises(BaseError, match="biaobei is not here yet"):
        locate("biaobei")


def test_a_named_base_out_of_reach_says_what_can_be_done():
    with pytest.raises(DownloadError) as caught:
        load_base("biaobei")
    for way in (
        "another base instead: mandarin-lite",
        "/path/G_0.pth",
        "without --offline",
        str(store.place("biaobei")),
    ):
        assert way in caught.value.cure


# ---- a base of the manifest -----------------------------------------------------------------------------------------


@pytest.fixture
def known(tmp_path: Path, monkeypatch) -> Path:
    """A manifest that knows one base of 78 symbols by its hash; its file, as somebody may have downloaded it."""
    path = save(tmp_path / "downloads" / "G_0.pth", generator(78))
    content = path.read_bytes()
    card = BaseCard("zh", 0, 22050, 256, 78, "pinyin-letters", "pinyin-letters", "G_0.pth")
    file = File("G_0.pth", len(content), hashlib.sha256(content).hexdigest(), ())
    manifest = Manifest({"known": Entry("known", "base", "", "its licence", (file,), "its notes", card)})
    monkeypatch.setattr(store, "default_store", lambda: Store(manifest, tmp_path / "home"))
    return path


def test_a_pre_filled_cache_is_a_base_by_name(known, tmp_path: Path):
    place = tmp_path / "home" / "models" / "known"
    place.mkdir(parents=True)
    known.rename(place / "G_0.pth")
    base = load_base("known")
    assert (base.name, base.front_end, base.licence, base.notes) == (
        "known",
        "pinyin-letters",
        "its licence",
        "its notes",
    )


def test_a_known_file_is_recognised_wherever_it_lies(known):
    base = load_base(known)
    assert (base.name, base.symbols) == ("known", TABLES["pinyin-letters"])
    assert inspect_checkpoint(known).details["known_as"] == "known"


def test_the_config_of_the_other_table_is_caught_beside_a_known_file(known):
    """The trap of two tables with the same 78 characters: same shapes, no error elsewhere, gibberish."""
    config_json(known.with_name("config.json"), table="pinyin-letters-alexandajerry")
    found = inspect_checkpoint(known)
    assert [problem.code for problem in found.problems] == ["symbols-contradict"]
    assert "63 ids differ" in found.problems[0].message
    with pytest.raises(BaseError, match="63 ids differ"):
        load_base(known)
    known.with_name("config.json").unlink()
    assert load_base(known).name == "known"


# ---- addresses ------------------------------------------------------------------------------------------------------


@pytest.fixture
def site(tmp_path: Path, monkeypatch):
    """The folder `site` on a web server of the loopback."""
    monkeypatch.delenv("FFVITS_OFFLINE")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    root = tmp_path / "site"
    root.mkdir()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(root))

        def log_message(self, *_: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield root, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_known_base_from_a_mirror(known, site):
    root, url = site
    known.rename(root / "G_0.pth")
    assert load_base(f"known@{url}").name == "known"
    assert load_base(f"known@{url}/G_0.pth").name == "known"


def test_a_mirror_that_lies_is_found_out(known, site):
    root, url = site
    content = bytearray(known.read_bytes())
    content[-1] ^= 1
    (root / "G_0.pth").write_bytes(bytes(content))
    with pytest.raises(DownloadError, match="wrong content"):
        load_base(f"known@{url}")


def test_an_unknown_base_from_an_address_with_what_lies_beside_it(site, tmp_path: Path):
    root, url = site
    folder_of(root, "G_7.pth")
    save(root / "D_7.pth", discriminator())
    base = load_base(f"mine@{url}/G_7.pth")
    assert (base.name, base.front_end) == ("mine", "bopomofo")
    assert base.discriminator is not None
    record = json.loads((tmp_path / "home" / "models" / "mine" / ".ffvits.json").read_text(encoding="utf-8"))
    assert record["files"]["G_7.pth"]["verified"] is False
    for path in root.iterdir():
        path.unlink()
    assert load_base(f"mine@{url}/G_7.pth", offline=True).name == "mine"


def test_of_the_hubs_page_of_a_file_the_file_is_taken():
    with pytest.raises(DownloadError, match=r"hf-mirror\.com/a/b/resolve/main/G_7\.pth: offline"):
        load_base("mine@https://hf-mirror.com/a/b/blob/main/G_7.pth")


@pytest.mark.parametrize("wrong", [b'{"code": 403, "message": "quota exceeded"}', b"\x1f\x8b\x08" + bytes(200)])
def test_a_wrong_first_download_is_not_kept(site, tmp_path: Path, wrong):
    root, url = site
    (root / "G_7.pth").write_bytes(wrong)
    (root / "config.json").write_bytes(b'{"code": 404, "message": "no such file"}')
    with pytest.raises(DownloadError, match=r"what came is no G_7\.pth"):
        load_base(f"mine@{url}/G_7.pth")
    folder_of(root, "G_7.pth")
    assert load_base(f"mine@{url}/G_7.pth").front_end == "bopomofo"


def test_a_base_from_an_address_that_cannot_serve_names_the_way_out(site, tmp_path: Path):
    root, url = site
    save(root / "G_7.pth", generator(50))
    (root / "config.json").write_bytes(b'{"code": 404, "message": "no such file"}')
    with pytest.raises(BaseError, match="sampling rate") as caught:
        load_base(f"mine@{url}/G_7.pth")
    assert f"delete {tmp_path / 'home' / 'models' / 'mine'}" in caught.value.cure


@pytest.mark.parametrize("name", ["..", ".", ".hidden", "-x", "", "whisper-base", "a/b"])
def test_an_address_gets_a_name_of_its_own(tmp_path: Path, name):
    with pytest.raises(BaseError, match=r"cannot be the name|is the name of something else"):
        check_base(f"{name}@https://example.invalid/G_0.pth")
    with pytest.raises(BaseError, match="no address"):
        check_base("mine@http://[::1/G_0.pth")


def test_a_table_in_an_order_of_its_own_is_written_by_the_same_front_end(tmp_path: Path):
    from ffvits.base import save_generator
    from ffvits.voice import Voice

    usual = load_base("mandarin-lite")
    order = [0, *range(len(usual.symbols) - 1, 0, -1)]  # what stands first is between all others, in any table
    key = "enc_p.emb.weight"
    save_generator(
        tmp_path / "G_0.safetensors",
        {**usual.generator, key: usual.generator[key][order]},
        usual.config,
        audio=usual.audio,
        symbols=[usual.symbols[row] for row in order],
        add_blank=usual.add_blank,
    )
    voices = [Voice.load(base) for base in (tmp_path / "G_0.safetensors", "mandarin-lite")]
    said = [voice.say("你好，今天。", noise=0, noise_w=0) for voice in voices]
    assert (said[0] == said[1]).all()
