"""Which recordings of a folder a table or a file of subtitles means: often by names and paths of another machine."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath

# What players and sites write between a recording's name and the suffix of its Chinese subtitles.
_TAG = re.compile(
    r"\.(?:(?:ai[-_])?(?:zh|zho|chi|cmn|cn|chs|cht|sc|tc|gb|big5)(?:[-_&+][a-z0-9]+)*|[^.]*[简繁中][^.]*)$",
    re.IGNORECASE,
)
_TRADITIONAL = re.compile(r"hant|tw|hk|cht|tc|big5|繁", re.IGNORECASE)


def strangeness(stem: str) -> int:
    """0 for a name without a mark of the language, 1 with one, 2 with one of Traditional Chinese."""
    tag = _TAG.search(stem)
    return 0 if tag is None else 2 if _TRADITIONAL.search(tag.group()) else 1


class Sources:
    """The recordings of a folder by their paths in it (posix), found by what others call them."""

    def __init__(self, sources: Iterable[str]) -> None:
        self._stems: dict[str, list[PurePosixPath]] = defaultdict(list)
        # The same again by folder, whole and its own name: of a corpus every speaker may have a 0001.wav.
        self._places: dict[tuple[str, str], list[PurePosixPath]] = defaultdict(list)
        self._folders: dict[tuple[str, str], list[PurePosixPath]] = defaultdict(list)
        for source in sorted(sources):
            path = _posix(source)
            self._stems[path.stem].append(path)
            self._places[str(path.parent), path.stem].append(path)
            self._folders[path.parent.name, path.stem].append(path)

    @property
    def first(self) -> str:
        """The path of one of them, as an example; "" if there are none."""
        return min((str(path) for paths in self._stems.values() for path in paths), default="")

    def names(self, cell: str) -> bool:
        """Whether a cell of a table names one."""
        return self._stem(_posix(cell)) in self._stems

    def beside(self, file: PurePosixPath) -> list[PurePosixPath]:
        """Those in the folder of a file of subtitles that it is named after."""
        for stem in dict.fromkeys((file.stem, _TAG.sub("", file.stem))):
            named = [*self._stems.get(stem, ()), *self._stems.get(PurePosixPath(stem).stem, ())]
            found = [path for path in named if path.parent == file.parent and stem in (path.stem, path.name)]
            if found:
                return found
        return []

    def meant(self, name: str, place: PurePosixPath) -> list[PurePosixPath]:
        """Those that a table in the folder `place` means: the most folders alike, or else the nearest to the table.

        More than one is one recording in several formats, or cannot be told apart.
        """
        path = _posix(name)

        def nearness(source: PurePosixPath) -> tuple[int, bool, bool]:
            pairs = zip(reversed(path.parent.parts), reversed(source.parent.parts), strict=False)
            folders = len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], pairs)))
            return folders, source.parent == place, source.is_relative_to(place)

        found = [(nearness(source), source) for source in self._likely(path, place)]
        nearest = max((near for near, _ in found), default=None)
        best = [source for near, source in found if near == nearest]
        return [source for source in best if source.name == path.name] or best

    def _likely(self, path: PurePosixPath, place: PurePosixPath) -> list[PurePosixPath]:
        """Those of that name; of these the ones whose folder has the same name, or else beside the table, if any."""
        stem = self._stem(path)
        alike = self._folders.get((path.parent.name, stem)) if path.parent.name else None
        return alike or self._places.get((str(place), stem)) or self._stems.get(stem, [])

    def _stem(self, path: PurePosixPath) -> str:
        """The name of a path without a suffix, which may be missing or another's."""
        return path.name if path.name in self._stems else path.stem


def _posix(name: str) -> PurePosixPath:
    return PurePosixPath(name.replace("\\", "/"))
