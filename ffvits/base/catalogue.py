"""The bases that ffvits knows, as `ffvits bases` lists them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ffvits import store

COLUMNS = ("name", "language", "speakers", "rate", "symbols", "front end", "size", "here", "licence")


def known_entry(path: Path) -> store.Entry | None:
    """The manifest's entry whose generator this file is, wherever it lies: by size first, by sha256 then."""
    size = path.stat().st_size
    for entry in store.entries("base"):
        for file in entry.files:
            if file.name == entry.base.generator and file.sha256 and file.bytes in (size, None):
                if file.bytes is None and abs(file.size - size) > 1_000_000:
                    continue  # only about that size: not worth the reading
                if store.sha256_of(path) == file.sha256:
                    return entry
    return None


def listing() -> list[dict[str, object]]:
    """Each base of the manifest in JSON types; None where nobody has published a number."""
    return [
        {
            "name": entry.name,
            "title": entry.title,
            "language": entry.base.language,
            "speakers": entry.base.speakers,
            "sampling_rate": entry.base.sampling_rate,
            "n_symbols": entry.base.n_symbols,
            "symbol_table": entry.base.symbol_table,
            "front_end": entry.base.front_end,
            "discriminator": entry.base.discriminator is not None,
            "licence": entry.licence,
            "notes": entry.notes,
            "bytes": entry.size,
            "cached": entry.base.embedded or store.is_cached(entry.name),
            "folder": str(store.place(entry.name)),
        }
        for entry in store.entries("base")
    ]


def rows() -> list[tuple[str, ...]]:
    """The list as short cells under COLUMNS."""
    return [
        (
            str(base["name"]),
            str(base["language"]),
            _number(base["speakers"], "?"),
            f"{base['sampling_rate']} Hz",
            f"{base['n_symbols']} {base['symbol_table']}",
            str(base["front_end"] or "none"),
            f"{base['bytes'] / 1e6:,.0f} MB" if base["bytes"] else "shipped",
            "yes" if base["cached"] else "no",
            str(base["licence"]),
        )
        for base in listing()
    ]


def describe() -> str:
    """The list as aligned lines, each base's notes beneath it."""
    cells = rows()
    shown = [row[:-1] for row in (COLUMNS, *cells)]
    widths = [max(len(row[i]) for row in shown) for i in range(len(shown[0]))]
    lines = [_line(COLUMNS, widths)]
    for row, base in zip(cells, listing(), strict=True):
        lines += [_line(row, widths), f"    {base['title']}. {base['notes']}", f"    Licence: {base['licence']}."]
    return "\n".join(lines)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=True)).rstrip()


def _number(value: object, unknown: str) -> str:
    return unknown if value is None else "one" if value == 0 else str(value)
