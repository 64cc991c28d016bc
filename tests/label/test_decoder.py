"""Decoding in processes of its own: a crash or a hang costs one file, and results come in order."""

import os
import sys
import textwrap

import numpy as np
import pytest

from ffvits.audio.files import Undecodable
from ffvits.errors import RunError
from ffvits.label import decoder
from ffvits.label.decoder import Job, decode, decode_all
from ffvits.recipe import SegmentSettings


@pytest.fixture
def cache(run):
    return run.cache("ingest", SegmentSettings())


def job(path, cache, part_seconds: float = 300.0) -> Job:
    return Job(path, cache, 48000, part_seconds)


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, round(16000 * seconds))


def test_results_come_in_order_and_are_cached(tmp_path, cache, save):
    paths = [save(tmp_path / f"{number}.wav", noise(0.1 + 0.3 * (number % 3), number)) for number in range(12)]
    found = list(decode_all((job(path, cache) for path in paths), workers=2))
    assert [done.path for done, _ in found] == paths
    for number, (_, values) in enumerate(found):
        (part,) = values["parts"]
        assert part["end"] == pytest.approx(0.1 + 0.3 * (number % 3), abs=1e-3)
        assert (cache.folder / cache.audio(part["key"])).is_file()
    before = {path: path.stat().st_mtime_ns for path in cache.folder.rglob("*.flac")}
    assert [values for _, values in decode_all(job(path, cache) for path in paths)] == [v for _, v in found]
    assert {path: path.stat().st_mtime_ns for path in cache.folder.rglob("*.flac")} == before


def test_the_same_bytes_under_another_name_are_decoded_once(tmp_path, cache, save):
    one, two = save(tmp_path / "a.wav", noise(0.5)), save(tmp_path / "b.wav", noise(0.5))
    assert decode(job(one, cache)) == decode(job(two, cache))


def test_a_part_that_was_deleted_is_made_again(tmp_path, cache, save):
    path = save(tmp_path / "a.wav", noise(3))
    values = decode(job(path, cache, part_seconds=1))
    assert len(values["parts"]) >= 3
    lost = cache.folder / cache.audio(values["parts"][1]["key"])
    lost.unlink()
    assert decode(job(path, cache, part_seconds=1)) == values
    assert lost.is_file()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
def test_nobody_waits_for_a_pipe_that_nothing_comes_out_of(tmp_path, cache, monkeypatch):
    monkeypatch.setattr(decoder, "_PATIENCE", 60.0)
    os.mkfifo(tmp_path / "a.wav")
    ((_, found),) = decode_all([job(tmp_path / "a.wav", cache)])
    assert isinstance(found, Undecodable) and "not a regular file" in found.message


@pytest.fixture
def trapped(tmp_path, monkeypatch):
    """Decoding processes in which opening a file of a certain name is the end, as a bug in a codec would be."""
    trap = tmp_path / "trap"
    trap.mkdir()
    (trap / "sitecustomize.py").write_text(
        textwrap.dedent(
            """
            import os, sys, time

            def hook(event, arguments):
                if event == "open" and str(arguments[0]).endswith("crash.wav"):
                    os.abort()
                if event == "open" and str(arguments[0]).endswith("half.wav"):
                    os.write(1, b'{"values": {"par')
                    os.abort()
                if event == "open" and str(arguments[0]).endswith("hang.wav"):
                    time.sleep(600)

            sys.addaudithook(hook)
            """
        ),
        encoding="utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", str(trap))


def test_a_crash_costs_one_file(tmp_path, cache, save, trapped):
    names = ["a.wav", "crash.wav", "b.wav", "x/half.wav", "c.wav"]
    paths = [save(tmp_path / name, noise(0.2, number)) for number, name in enumerate(names)]
    found = [values for _, values in decode_all(job(path, cache) for path in paths)]
    assert [isinstance(values, Undecodable) for values in found] == [False, True, False, True, False]
    assert "crashed" in found[1].message and "crashed" in found[3].message
    assert found[1].code == "unreadable"
    assert found[1].cure


def test_a_hang_costs_one_file(tmp_path, cache, save, trapped, monkeypatch):
    monkeypatch.setattr(decoder, "_PATIENCE", 1.0)
    monkeypatch.setattr(decoder, "_SLOWEST", 100.0)  # so the second may take a minute, on however busy a machine
    paths = [save(tmp_path / "hang.wav", noise(0.01)), save(tmp_path / "b.wav", noise(0.2))]
    found = [values for _, values in decode_all(job(path, cache) for path in paths)]
    assert isinstance(found[0], Undecodable)
    assert "was not done after" in found[0].message
    assert found[1]["parts"]


def test_stopping_early_leaves_no_process(tmp_path, cache, save, monkeypatch):
    started = []
    real = decoder._start
    monkeypatch.setattr(decoder, "_start", lambda: started.append(real()) or started[-1])
    paths = [save(tmp_path / f"{number}.wav", noise(0.2, number)) for number in range(20)]
    results = decode_all((job(path, cache) for path in paths), workers=2)
    next(results)
    results.close()
    assert started
    assert all(process.poll() is not None for process in started)


def test_stopping_while_a_process_starts_does_not_wait_for_its_file(tmp_path, cache, save, monkeypatch):
    process, real = decoder._Process(), decoder._start
    monkeypatch.setattr(decoder, "_start", lambda: process.stop() or real())
    found = process.decode(job(save(tmp_path / "a.wav", noise(1.0)), cache))
    assert isinstance(found, Undecodable)
    process.stop()


def test_a_full_or_forbidden_cache_is_an_error_of_the_run(tmp_path, cache, save):
    path = save(tmp_path / "a.wav", noise(0.2))
    try:
        (cache.folder / "cache").symlink_to(cache.folder / "gone" / "away", target_is_directory=True)
    except OSError:
        pytest.skip("links need rights here")
    with pytest.raises(RunError, match="cannot be written"):
        decode(job(path, cache))
    with pytest.raises(RunError, match="cannot be written"):
        list(decode_all([job(path, cache)]))


def test_a_process_that_cannot_start_is_an_error_of_the_run(tmp_path, cache, save, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no python"))
    with pytest.raises(RunError, match="can be started: No such file or directory"):
        list(decode_all([job(save(tmp_path / "a.wav", noise(0.2)), cache)]))


def test_a_file_that_keeps_changing_is_refused(tmp_path, cache, save, monkeypatch):
    path = save(tmp_path / "a.wav", noise(0.5))
    real = decoder._decode_parts

    def growing(*arguments):
        values = real(*arguments)
        save(path, noise(0.5 + np.random.default_rng().random()))
        os.utime(path, (1, 1 + path.stat().st_mtime))
        return values

    monkeypatch.setattr(decoder, "_decode_parts", growing)
    with pytest.raises(Undecodable, match="changed while"):
        decode(job(path, cache))


def test_a_file_that_changed_once_is_read_again(tmp_path, cache, save, monkeypatch):
    path = save(tmp_path / "a.wav", noise(0.5))
    real = decoder._decode_parts
    calls = []

    def once(*arguments):
        values = real(*arguments)
        if not calls:
            save(path, noise(0.8, 1))
        calls.append(values)
        return values

    monkeypatch.setattr(decoder, "_decode_parts", once)
    assert decode(job(path, cache))["parts"][0]["end"] == pytest.approx(0.8)
    assert len(calls) == 2


def test_it_needs_no_guard_in_the_calling_script(tmp_path, cache, save):
    """A plain script, as users write them, without `if __name__ == "__main__"`, beside files with unlucky names."""
    import subprocess

    path = save(tmp_path / "a.wav", noise(0.2))
    (tmp_path / "unlucky").mkdir()
    for name in ("av", "queue", "json", "soundfile", "ffvits"):
        (tmp_path / "unlucky" / f"{name}.py").write_text("raise SystemExit(1)", encoding="utf-8")
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(
            f"""
            from pathlib import Path
            from ffvits.label.decoder import Job, decode_all
            from ffvits.run import StageCache
            cache = StageCache(Path({str(cache.folder)!r}), "ingest", "x")
            print(len(list(decode_all([Job(Path({str(path)!r}), cache, 48000, 300.0)]))))
            """
        ),
        encoding="utf-8",
    )
    root = str(decoder.Path(decoder.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path / "unlucky",
        check=True,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert done.stdout.strip() == "1"
