"""Finding recordings in a folder, and reading any of them block by block, whatever their format.

libsndfile (wav, flac, ogg, mp3, aiff ...) reads first; FFmpeg's libraries inside PyAV read the rest (m4a, mp4, mkv,
wma, amr ...). Both come in wheels: nothing has to be installed beside Python.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ffvits.audio import ffmpeg
from ffvits.audio.sound import for_libsndfile
from ffvits.errors import AudioError
from ffvits.files import system_words

if TYPE_CHECKING:
    import numpy as np
    from soundfile import SoundFile

# Suffixes that promise sound: such a file is either read or rejected with a reason, never passed over.
AUDIO_SUFFIXES = frozenset(
    """.wav .wave .flac .mp3 .ogg .oga .opus .m4a .m4b .aac .wma .aif .aiff .aifc .amr .ape .au .snd .caf .w64 .rf64
    .ac3 .eac3 .dts .mka .mp2 .mpga .ra .tta .wv .spx .gsm .voc .3ga .adts .dsf .tak .mpc .adx .hca
    .mp4 .m4v .mov .mkv .webm .avi .flv .f4v .wmv .asf .mpg .mpeg .m2ts .mts .ts .vob .3gp .3g2 .rm .rmvb .ogv
    .mxf .qt .divx .m4s .silk .slk""".split()
)
# What lies beside recordings and never is one. Other unknown files are judged by their first bytes.
_SYSTEM_NAMES = frozenset({"thumbs.db", "desktop.ini", "__macosx", "$recycle.bin", "system volume information"})
_OTHER_SUFFIXES = frozenset(
    """.txt .lab .srt .lrc .ass .ssa .vtt .textgrid .list .csv .tsv .json .jsonl .yaml .yml .xml .html .htm .md .pdf
    .doc .docx .xls .xlsx .jpg .jpeg .png .gif .bmp .webp .svg .ico .psd .zip .rar .7z .gz .tar .url .lnk .log .ini
    .cfg .py .ipynb .bat .cmd .sh .exe .dll .db .bak .tmp .part .crdownload .npy .npz .pt .pth .onnx .safetensors
    .cue .m3u .m3u8 .pls .nfo .eaf .trs .mid .midi .bcc""".split()
)
_MAGIC = (b"RIFF", b"RIFX", b"RF64", b"FORM", b"fLaC", b"OggS", b"ID3", b"caff", b".snd", b"riff\x2e\x91", b"#!AMR")
_FFMPEG_MAGIC = (b"\x1aE\xdf\xa3", b"MAC ", b"wvpk", b"TTA1", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", b"FLV\x01")
_BITS = {
    "PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32, "FLOAT": 32, "DOUBLE": 64, "ULAW": 8, "ALAW": 8,
    "ALAC_16": 16, "ALAC_20": 20, "ALAC_24": 24, "ALAC_32": 32,
}  # fmt: skip
_SILK = b"#!SILK"  # what WeChat and QQ record, after a byte of their own, also as .amr
_COUNTED = re.compile(rb"(?:Xing|Info)\0\0\0[\x03\x07\x0b\x0f].{4}(.{4})", re.DOTALL)  # bytes, by an MP3's first frame
_ID3V1 = 128  # bytes of the tag at its end
_PAGE = 1 << 16  # bytes that no page of an Ogg exceeds
_LOWEST_RATE, _HIGHEST_RATE = 4000, 1_000_000
_ENDLESS = 1 << 60  # frames; libsndfile's "unknown" is more
_HEADER = 1024  # bytes; a file without a sound in it is hardly longer


class Undecodable(AudioError):
    """No sound can be had from a file; `code` is "empty" or "unreadable", as a clip's reason says it."""

    def __init__(self, message: str, *, code: str = "unreadable", cure: str = "", file: Path | None = None) -> None:
        cure = cure or "if a player plays it, convert it to WAV; otherwise copy or export it again"
        super().__init__(message, cure=cure, file=file)
        self.code = code


@dataclass(frozen=True)
class Found:
    """What a folder holds, each list sorted: recordings, other files, what the system does not let us look at, and run
    folders, whose sounds were made of recordings and are none."""

    audio: tuple[Path, ...]
    ignored: tuple[Path, ...]
    unreadable: tuple[Path, ...]
    runs: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Probe:
    """What a recording's header says: `seconds` and `bits` are 0 where the format does not tell (or has no bits)."""

    seconds: float
    rate: int
    channels: int
    bits: int
    codec: str

    def __str__(self) -> str:
        channels = {1: "mono", 2: "stereo"}.get(self.channels, f"{self.channels} channels")
        bits = f", {self.bits} bit" if self.bits else ""
        return f"{self.codec}, {self.rate / 1000:g} kHz, {channels}{bits}, {self.seconds:.1f} s"


@dataclass
class Reader:
    """An open recording: `blocks` yields float32 [T, C] once; `damage` says afterwards what could not be decoded.

    `notes` say what was chosen beforehand.
    """

    probe: Probe
    decoder: str
    blocks: Iterator[np.ndarray]
    surround: bool = False
    notes: list[str] = field(default_factory=list)
    damage: list[str] = field(default_factory=list)


def find(folder: Path, skip: Collection[Path] = ()) -> Found:
    """Every recording under `folder`, at any depth; hidden files, run folders and `skip` (folders) are passed over.

    Links are followed once, so a loop of links ends. Raises AudioError if the folder itself cannot be listed.
    """
    found: dict[str, list[Path]] = {"audio": [], "ignored": [], "unreadable": [], "runs": []}
    skipped = {os.path.realpath(path) for path in skip}
    try:
        os.scandir(folder).close()
    except FileNotFoundError as error:
        raise AudioError("there is no such folder", cure="check the path of the recordings", file=folder) from error
    except NotADirectoryError as error:
        raise AudioError("this is a file, not a folder", cure="name the folder that holds it", file=folder) from error
    except OSError as error:
        raise AudioError(f"the folder cannot be listed: {error.strerror}", file=folder) from error
    waiting = [folder]
    seen = {os.path.realpath(folder)}
    while waiting:
        place = waiting.pop()
        try:
            with os.scandir(place) as listing:
                entries = list(listing)
        except OSError:
            found["unreadable"].append(place)
            continue
        if place != folder and {"recipe.yaml", "clips.jsonl"} <= {entry.name for entry in entries}:
            found["runs"].append(place)
            continue
        for entry in entries:
            path = Path(entry.path)
            if entry.name.startswith(".") or entry.name.lower() in _SYSTEM_NAMES:
                continue
            if _is_folder(entry):
                real = os.path.realpath(path)
                if real not in seen and real not in skipped:
                    seen.add(real)
                    waiting.append(path)
                continue
            found["audio" if _looks_like_audio(path) else "ignored"].append(path)
    return Found(**{kind: tuple(sorted(paths)) for kind, paths in found.items()})


def _is_folder(entry: os.DirEntry) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads in a circle
        return False


def _looks_like_audio(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix in AUDIO_SUFFIXES:
        return True
    if suffix in _OTHER_SUFFIXES:
        return False
    try:
        start = _first_bytes(path) if path.is_file() else b""
    except OSError:  # also of a folder whose files we may list, and not look at
        return False
    return start.startswith(_MAGIC + _FFMPEG_MAGIC) or b"ftyp" in start[4:17] or _SILK in start[:7]


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(24)


def probe(path: Path) -> Probe:
    """What the header of a recording says, without decoding it. Raises Undecodable if nothing can read it."""
    with opened(path) as reader:
        return reader.probe


@contextmanager
def opened(path: Path, decoder: str = "any", start: float = 0.0) -> Iterator[Reader]:
    """A recording, open for one pass over its blocks; `decoder` is "any", "libsndfile" or "ffmpeg".

    The blocks begin about `start` seconds in, or where it begins if its format knows no places. Raises Undecodable if
    there is no sound in it that can be decoded.
    """
    beginning = _readable(path)
    failure = ""
    if _SILK in beginning[:7]:
        raise Undecodable(
            "it is a voice message of WeChat or QQ (SILK), which no decoder here understands",
            cure="convert it to WAV (the package pilk does)",
            file=path,
        )
    # Only a file that starts like one of libsndfile's formats: others would make its MP3 part complain on stderr.
    if decoder != "ffmpeg" and (beginning.startswith(_MAGIC) or _is_mpeg(beginning)):
        import soundfile

        try:
            file = soundfile.SoundFile(for_libsndfile(path))
        except (soundfile.LibsndfileError, OSError) as error:
            failure = _told_by_libsndfile(getattr(error, "error_string", str(error)))
        else:
            with file:
                whole = _knows_its_length(file, path) and not _goes_on(file, path)
                if whole or decoder == "libsndfile":
                    if start and file.seekable():
                        with suppress(soundfile.LibsndfileError):
                            file.seek(min(round(start * file.samplerate), file.frames))
                    yield _checked(_soundfile_reader(file), path)
                    return
    if decoder == "libsndfile":
        raise Undecodable(f"libsndfile does not read it ({failure.removesuffix(', ')})", file=path)
    with _opened_by_ffmpeg(path, failure, start) as reader:
        yield _checked(reader, path)


def _knows_its_length(file: SoundFile, path: Path) -> bool:
    """Whether libsndfile may read it: where a recorder crashed, or wrote into a pipe, the header says nothing or 0.

    libsndfile believes a length of 0 and loses its place in a FLAC without one; FFmpeg reads both to their end.
    """
    return 0 < file.frames < _ENDLESS or path.stat().st_size < _HEADER


def _goes_on(file: SoundFile, path: Path) -> bool:
    """Whether others were joined to this recording: libsndfile hears the first alone, and says nothing."""
    joined = {"MP3": _is_joined_mp3, "OGG": _is_chained_ogg}.get(file.format)
    if joined is None:
        return False
    with path.open("rb") as raw:
        return joined(raw)


def _is_joined_mp3(raw: BinaryIO) -> bool:
    """Whether it goes on where its header says that it ends, which (LAME's and Xing's) counts the bytes behind tags."""
    tag = raw.read(10)
    size = 10 + sum(byte << 7 * (3 - place) for place, byte in enumerate(tag[6:]))
    start = raw.seek(size if tag.startswith(b"ID3") else 0)
    counted = _COUNTED.search(raw.read(200))
    if counted is None:
        return False
    raw.seek(start + int.from_bytes(counted[1], "big"))
    behind = raw.read(_ID3V1 + 4)
    behind = behind[_ID3V1:] if behind.startswith(b"TAG") else behind
    return behind.startswith(b"ID3") or _is_mpeg(behind)


def _is_chained_ogg(raw: BinaryIO) -> bool:
    """Whether its last page is of another stream than its first: each has a number of its own."""
    first = raw.read(18)[14:]
    raw.seek(max(0, raw.seek(0, os.SEEK_END) - 2 * _PAGE))
    end = raw.read()
    last = end.rfind(b"OggS", 0, len(end) - 14)
    return last >= 0 and end[last + 14 : last + 18] != first


def _is_mpeg(start: bytes) -> bool:
    """Whether a frame of an MP3 (layer III) begins so."""
    return len(start) > 1 and start[0] == 0xFF and start[1] & 0xE6 == 0xE2


def _told_by_libsndfile(failure: str) -> str:
    """Its words, with a comma after them; none where they are only that the file, which is there, may not be."""
    return "" if failure.startswith("File does not exist") else f"libsndfile: {failure}, "


def _readable(path: Path) -> bytes:
    """The first bytes of a regular, non-empty file that we may read."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise Undecodable("this is not a regular file", cure="put a recording in its place", file=path)
        if status.st_size == 0:
            raise Undecodable("the file is empty: 0 bytes", code="empty", cure="copy or export it again", file=path)
        return _first_bytes(path).ljust(2, b"\0")
    except FileNotFoundError as error:
        cause = "the link leads nowhere" if path.is_symlink() else "the file is gone"
        raise Undecodable(cause, cure="put it back, or remove the link", file=path) from error
    except PermissionError as error:
        raise Undecodable("you may not read this file", cure="give yourself the right to read it", file=path) from error
    except OSError as error:
        raise Undecodable(f"the system cannot read it: {error.strerror}", file=path) from error


def _checked(reader: Reader, path: Path) -> Reader:
    probe = reader.probe
    if not _LOWEST_RATE <= probe.rate <= _HIGHEST_RATE or probe.channels < 1:
        raise Undecodable(
            f"its header says {probe.rate} samples a second in {probe.channels} channels, which cannot be speech",
            cure="export it again, at 16000 samples a second or more",
            file=path,
        )
    return reader


def _soundfile_reader(file: SoundFile) -> Reader:
    frames = 0 if file.frames > _ENDLESS else file.frames
    codec = file.format.lower() if file.format in ("FLAC", "MP3") else f"{file.format} {file.subtype}".lower()
    probe = Probe(frames / file.samplerate, file.samplerate, file.channels, _BITS.get(file.subtype, 0), codec)
    reader = Reader(probe, "libsndfile", iter(()), surround=file.channels in (6, 8))
    short = re.search(r"^data : (\d+) \(should be (\d+)\)", file.extra_info, re.MULTILINE)
    # Sizes of 2 GiB and more are what a program writes that could not know the length; the file is whole.
    if short and int(short[2]) < int(short[1]) < 0x7FFF0000:
        missing = (int(short[1]) - int(short[2])) / int(short[1])
        reader.damage.append(f"the file is cut off: {missing:.0%} of the promised samples are missing")
    reader.blocks = _soundfile_blocks(file, reader.damage)
    return reader


def _soundfile_blocks(file: SoundFile, damage: list[str]) -> Iterator[np.ndarray]:
    import soundfile

    frames = max(1, ffmpeg.BLOCK_VALUES // file.channels)
    while True:
        try:
            block = file.read(frames, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            damage.append(f"what follows is damaged ({error.error_string})")
            return
        if not len(block):
            return
        yield block


@contextmanager
def _opened_by_ffmpeg(path: Path, failure: str, start: float) -> Iterator[Reader]:
    import av

    with ExitStack() as stack:
        try:
            # A file object, since PyAV wants Unicode names and a name need not be.
            container = ffmpeg.media(stack.enter_context(path.open("rb")))
        except (av.error.FFmpegError, OSError, ValueError) as error:
            what = f"{failure}FFmpeg: {system_words(error)}"
            raise Undecodable(f"no decoder understands it ({what})", file=path) from error
        stack.enter_context(container)
        if not container.streams.audio:
            raise Undecodable("it has no sound track", cure="export it with its sound", file=path)
        stream, notes = ffmpeg.sound_track(container)
        context = stream.codec_context
        if context is None or not context.sample_rate:
            raise Undecodable("the format of its sound track is not known", file=path)
        if start:
            with suppress(av.error.FFmpegError):
                container.seek((stream.start_time or 0) + round(start / stream.time_base), stream=stream)
        seconds = 0.0
        if stream.duration is not None:
            seconds = float(stream.duration * stream.time_base)
        elif container.duration is not None:
            seconds = container.duration / av.time_base
        lossless = context.codec.name.startswith(("pcm_", "flac", "alac", "ape", "wavpack", "tta"))
        bits = (context.format.bits if context.format else 0) if lossless else 0
        probe = Probe(max(0.0, seconds), context.sample_rate, context.channels, bits, context.codec.name)
        reader = Reader(probe, "ffmpeg", iter(()), surround=context.channels in (6, 8), notes=notes)
        reader.blocks = ffmpeg.blocks(container, stream, reader.damage)
        yield reader
