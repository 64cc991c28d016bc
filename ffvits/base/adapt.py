"""Surgery: a base becomes the model that the new voices need, and every tensor is accounted for.

Speakers that a base lacks arrive through layers that start at exactly zero, so before the first step the model still
*is* the base. Symbols move by identity, never by position.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ffvits.base.load import Base
from ffvits.base.relatives import relatives
from ffvits.base.skeleton import generator_shapes
from ffvits.errors import BaseError
from ffvits.files import write_text

if TYPE_CHECKING:
    from torch import Tensor

    from ffvits.vits.config import VitsConfig

PUBLISHED_GIN = 256
PUBLISHED_HIDDEN = 192
# The layers through which a speaker reaches the model, and their inputs: all that surgery may create.
_CONDITION = re.compile(r"(dec|dp|pitch)\.cond\.|(enc_q|flow\.flows\.\d+)\.enc\.cond_layer\.")


@dataclass(frozen=True)
class Change:
    """What became of one tensor, or of some rows of it: copied, moved, created or dropped; shapes before and after."""

    key: str
    action: str
    before: tuple[int, ...] | None
    after: tuple[int, ...] | None
    note: str = ""


@dataclass(frozen=True)
class SurgeryReport:
    """Every change, key by key; rows of `emb_g` and `enc_p.emb` that changed are listed one by one.

    `read_along` are voices of the base with rows behind the speakers' in training, which the finished voice has not.
    """

    base: str
    speakers: tuple[str, ...]
    n_symbols: int
    gin_channels: int
    changes: tuple[Change, ...]
    read_along: tuple[str, ...] = ()

    def counts(self) -> dict[str, int]:
        """How many entries each action has."""
        return dict(Counter(change.action for change in self.changes))

    def created_names(self) -> frozenset[str]:
        """The tensors that the base does not have at all: they start from nothing and may learn faster."""
        return frozenset(c.key for c in self.changes if c.action == "created" and "[" not in c.key)

    def table(self) -> list[tuple[str, str, str]]:
        """Short rows for a terminal: (what, how many, why); of rows of a table that changed, the first and how many."""
        rows = []
        for group in self._groups():
            keys, first = [change.key for change in group], group[0]
            shown = ", ".join(keys[:3]) + (f" … ({len(keys)})" if len(keys) > 3 else "")
            note = first.note if len({change.note for change in group}) == 1 else f"{first.note} …"
            rows.append((first.action, str(len(keys)) if first.action == "copied" else shown, note))
        return rows

    def _groups(self) -> Iterable[list[Change]]:
        """What was done alike and for one reason; and the rows of one table, each of which has a reason of its own."""
        groups: dict[tuple[str, str], list[Change]] = {}
        for change in self.changes:
            table, bracket, _ = change.key.partition("[")
            groups.setdefault((change.action, table if bracket else change.note), []).append(change)
        return groups.values()

    def to_json(self) -> dict[str, object]:
        """The report in JSON types."""
        return {
            "base": self.base,
            "speakers": list(self.speakers),
            "read_along": list(self.read_along),
            "n_symbols": self.n_symbols,
            "gin_channels": self.gin_channels,
            "counts": self.counts(),
            "changes": [
                {"key": c.key, "action": c.action, "before": c.before, "after": c.after, "note": c.note}
                for c in self.changes
            ],
        }

    def save(self, path: Path) -> None:
        """Writes the report as JSON."""
        write_text(path, json.dumps(self.to_json(), ensure_ascii=False, indent=1))


@dataclass(frozen=True)
class Adapted:
    """The model to train: `state` fits `Vits(config)` strictly; `symbols` and `speakers` in the order of their rows."""

    config: VitsConfig
    state: Mapping[str, Tensor] = field(repr=False)
    speakers: tuple[str, ...]
    symbols: tuple[str, ...] = field(repr=False)
    report: SurgeryReport = field(repr=False)


def adapt(
    base: Base,
    *,
    speakers: Sequence[str],
    symbols: Sequence[str] | None = None,
    gin_channels: int | None = None,
    start_from: str | Mapping[str, str] = "mean",
    decoder: str = "",
    seed: int = 0,
) -> Adapted:
    """The base's weights, changed only where the new voices ask for it.

    `speakers` are the model's voices in order. A name that the base has keeps its row; a new one starts from the
    `mean` of the base's voices, or from the one that `start_from` names (for all, or new name -> base name; see
    `ffvits.base.nearest`). In a base without speakers the speaker layers are created and start at zero: with any
    speaker the output equals the base's. No speakers leave such a base as it is.

    `symbols` is another table, in order; rows move by symbol, and a new symbol starts from its relatives (the same
    final with other tones, the same mark in another width) or from the mean of all. `gin_channels` is the size of a
    speaker's vector: None keeps the base's, or takes 256 at the published size (64 in small models); another size is
    exact when larger, or when it is at least the number of voices kept; else it is refused.

    `decoder` is another than the base's ("harmonic", see `ffvits.vits.harmonic`); it begins at random, and must be
    trained before it is good for anything.

    Raises BaseError if a name stands twice, if a starting voice is unknown, or if the base's weights are not those of
    its configuration. `seed` draws the new speakers' vectors.
    """
    surgery = _Surgery(base, dict(base.generator), seed)
    chosen = surgery.symbols(symbols)
    if decoder and decoder != base.config.decoder:
        surgery.decoder(decoder)
    names = surgery.speakers(tuple(speakers), gin_channels, start_from)
    return surgery.finish(names, chosen)


class _Surgery:
    """The state on the table and the account of what was done to it."""

    def __init__(self, base: Base, state: dict[str, Tensor], seed: int) -> None:
        import torch

        self.base = base
        self.state = state
        self.config = base.config
        self.changes: list[Change] = []
        self.touched: set[str] = set()
        self.random = torch.Generator().manual_seed(seed)

    def symbols(self, wanted: Sequence[str] | None) -> tuple[str, ...]:
        """Moves the rows of the text embedding to another table."""
        import torch

        old = self.base.symbols
        if wanted is None or tuple(wanted) == old:
            if not self.base.front_end:
                raise BaseError(
                    f"ffvits has no front end for the symbols of {self.base.name}",
                    cure="give it another table (symbols=…): its voice is kept, its symbols are replaced",
                )
            return old
        new = tuple(wanted)
        if not new:
            raise BaseError("the new symbol table is empty", cure="name a table of ffvits.text")
        key = "enc_p.emb.weight"
        rows = self.state[key]
        at = {symbol: index for index, symbol in enumerate(old)}  # the last wins, as in the code that trained them
        result = torch.empty(len(new), rows.shape[1])
        for index, symbol in enumerate(new):
            if symbol in at:
                result[index] = rows[at[symbol]]
                if at[symbol] != index:
                    self._row(key, index, "moved", rows, f"{symbol!r} from row {at[symbol]}")
                continue
            found = [name for name in relatives(symbol, old) if name in at]
            if found:
                result[index] = rows[[at[name] for name in found]].mean(0)
                origin = " ".join(map(repr, found))
                self._row(key, index, "created", rows, f"{symbol!r} from {origin}")
            else:
                result[index] = rows.mean(0)
                self._row(key, index, "created", rows, f"{symbol!r} from the mean of all symbols")
        for symbol in sorted(set(old) - set(new), key=old.index):
            self.changes.append(Change(f"{key}[{at[symbol]}]", "dropped", (rows.shape[1],), None, f"{symbol!r}"))
        self._set(key, result, "moved", "another symbol table")
        self.config = replace(self.config, n_vocab=len(new))
        return new

    def decoder(self, kind: str) -> None:
        """Another decoder instead of the base's, and for a harmonic one what reads the pitch."""
        import torch

        from ffvits.vits.harmonic import HarmonicDecoder
        from ffvits.vits.source import PitchReader

        if kind != "harmonic":
            raise BaseError(f"a base cannot be given a {kind} decoder", cure="use a base that has one")
        for key in [key for key in self.state if key.startswith("dec.")]:
            self.changes.append(Change(key, "dropped", tuple(self.state.pop(key).shape), None, "the former decoder"))
        self.config = config = self.config.with_harmonic_decoder()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.random.initial_seed())
            parts = {
                "dec": HarmonicDecoder(config),
                "pitch": PitchReader(config.inter_channels, config.hidden_channels, config.gin_channels),
            }
        for name, part in parts.items():
            for key, value in part.state_dict().items():
                self._set(f"{name}.{key}", value, "created", "a harmonic decoder, and what reads the pitch for it")

    def speakers(self, names: tuple[str, ...], gin: int | None, start_from: str | Mapping[str, str]) -> tuple[str, ...]:
        """Gives the model one row for each name."""
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            raise BaseError(f"the speaker {twice[0]!r} is named twice", cure="give every voice its own name")
        if not self.config.has_speakers:
            if not names:
                return ()
            self._first_speakers(names, gin)
            return names
        if not names:
            raise BaseError(
                f"{self.base.name} has {self.config.n_speakers} speakers, and none was named",
                cure="name at least one voice",
            )
        self._more_speakers(names, start_from)
        if gin is not None and gin != self.config.gin_channels:
            self._resize_gin(gin)
        return names

    def _first_speakers(self, names: tuple[str, ...], gin: int | None) -> None:
        """Creates the speaker table and the layers it speaks through; the product of the two is exactly zero."""
        import torch

        published = self.config.hidden_channels >= PUBLISHED_HIDDEN
        size = gin or self.config.gin_channels or (PUBLISHED_GIN if published else 64)
        # A base may have such layers without a table of speakers: they were never used and hold noise.
        unused = [key for key in self.state if _CONDITION.match(key)]
        for key in unused:
            self.changes.append(
                Change(key, "dropped", tuple(self.state.pop(key).shape), None, "never used: no speakers")
            )
        self.config = replace(self.config, gin_channels=size, n_speakers=len(names))
        for key, shape in generator_shapes(self.config).items():
            if key in self.state or not _CONDITION.match(key):
                continue
            if key.endswith("weight_v"):
                # w = g v/|v|: the direction v must not be zero, the length g makes the weight zero and still learns.
                value = torch.randn(shape, generator=self.random)
                self._set(key, value, "created", "speaker layers, starting at zero (their length weight_g is zero)")
            else:
                self._set(key, torch.zeros(shape), "created", "speaker layers, starting at zero")
        # Vectors of about length 1, each another direction: what tells the voices apart once the layers grow.
        table = torch.randn(len(names), size, generator=self.random) / size**0.5
        self._set("emb_g.weight", table, "created", "one vector of about length 1 for each new speaker")

    def _more_speakers(self, names: tuple[str, ...], start_from: str | Mapping[str, str]) -> None:
        import torch

        key = "emb_g.weight"
        rows, at = self.state[key], {name: index for index, name in enumerate(self.base.speakers)}
        result = torch.empty(len(names), rows.shape[1])
        for index, name in enumerate(names):
            if name in at:
                result[index] = rows[at[name]]
                if at[name] != index:
                    self._row(key, index, "moved", rows, f"{name!r} from row {at[name]}")
                continue
            origin = start_from if isinstance(start_from, str) else start_from.get(name, "mean")
            if origin == "mean":
                result[index] = rows.mean(0)
                self._row(key, index, "created", rows, f"{name!r} from the mean of {len(rows)} voices")
            elif origin in at:
                result[index] = rows[at[origin]]
                self._row(key, index, "created", rows, f"{name!r} from the voice {origin!r}")
            else:
                listed = ", ".join(self.base.speakers[:8]) + (" …" if len(self.base.speakers) > 8 else "")
                raise BaseError(f"the base has no voice {origin!r} to start from", cure=f"it has: {listed}, or: mean")
        for name in self.base.speakers:
            if name not in names:
                self.changes.append(
                    Change(f"{key}[{at[name]}]", "dropped", (rows.shape[1],), None, "voices of the base not asked for")
                )
        if names != self.base.speakers:
            self._set(key, result, "moved" if set(names) <= set(at) else "created", "rows by name")
        self.config = replace(self.config, n_speakers=len(names))

    def _resize_gin(self, size: int) -> None:
        """Another length of the speaker's vector, with the same sound for every voice in the table."""
        import torch

        table = self.state["emb_g.weight"].double()
        voices, old = table.shape
        if size > old:
            turn = torch.eye(old, size, dtype=torch.float64)  # vectors gain dimensions that nothing listens to yet
            fresh = torch.randn(voices, size - old, generator=self.random) / size**0.5
            new_table = torch.cat([table.float(), fresh], 1)
            how = "zeros added: nothing changes"
        elif voices <= size:
            # All voices lie in a space of at most `voices` dimensions: E = C Q with orthonormal rows Q [size, old].
            _, _, directions = torch.linalg.svd(table, full_matrices=True)
            turn = directions[:size].T  # [old, size]
            new_table = (table @ turn).float()
            how = "projected onto the space of the voices: nothing changes for them"
        else:
            raise BaseError(
                f"a speaker vector of {size} values cannot hold {voices} voices of {old} without changing them",
                cure=f"keep gin_channels at {old}, or name at most {size} voices",
            )
        for key in [key for key in self.state if _CONDITION.match(key) and not key.endswith("bias")]:
            if key.endswith("weight_g"):
                continue
            layer, _, part = key.rpartition(".")
            weight = self.state[key].double()
            if part == "weight_v":
                length = torch.linalg.vector_norm(weight, dim=(1, 2), keepdim=True)
                weight = weight / length * self.state[f"{layer}.weight_g"].double()
            turned = torch.einsum("oik,ij->ojk", weight, turn).float()
            if part == "weight_v":
                length = torch.linalg.vector_norm(turned, dim=(1, 2), keepdim=True)
                # A row that hears nothing of these voices needs a direction all the same; its length stays zero.
                self._set(f"{layer}.weight_g", length, "moved", how)
                turned = torch.where(length > 0, turned, torch.ones_like(turned))
            self._set(key, turned, "moved", how)
        self._set("emb_g.weight", new_table, "moved", how)
        self.config = replace(self.config, gin_channels=size)

    def finish(self, speakers: tuple[str, ...], symbols: tuple[str, ...]) -> Adapted:
        """Checks the result against the model it should be, and closes the account."""
        wanted = generator_shapes(self.config)
        unexpected = sorted(set(self.state) - set(wanted))
        missing = sorted(set(wanted) - set(self.state))
        if unexpected or missing:
            what = f"has {unexpected[0]}, which the model has not" if unexpected else f"lacks {missing[0]}"
            raise BaseError(f"{self.base.name} {what}", cure="run `ffvits inspect` on it", file=self.base.path)
        for key, tensor in self.state.items():
            if tuple(tensor.shape) != wanted[key]:
                raise BaseError(
                    f"{self.base.name}: {key} is {list(tensor.shape)} and should be {list(wanted[key])}",
                    cure="run `ffvits inspect` on it",
                    file=self.base.path,
                )
            if key not in self.touched:
                shape = tuple(tensor.shape)
                self.changes.append(Change(key, "copied", shape, shape, "as in the base"))
        order = {"copied": 0, "moved": 1, "created": 2, "dropped": 3}
        changes = tuple(sorted(self.changes, key=lambda change: order[change.action]))
        config = self.config
        report = SurgeryReport(self.base.name, speakers, config.n_vocab, config.gin_channels, changes)
        return Adapted(config, {key: self.state[key] for key in wanted}, speakers, symbols, report)

    def _row(self, key: str, index: int, action: str, rows: Tensor, note: str) -> None:
        shape = (rows.shape[1],)
        self.changes.append(Change(f"{key}[{index}]", action, None if action == "created" else shape, shape, note))

    def _set(self, key: str, value: Tensor, action: str, note: str) -> None:
        before = tuple(self.state[key].shape) if key in self.state else None
        if key in self.touched:  # changed once more: the account says the first shape and the last
            earlier = next(change for change in self.changes if change.key == key)
            self.changes.remove(earlier)
            before, note = earlier.before, f"{earlier.note}; {note}"
        self.changes.append(Change(key, action, before, tuple(value.shape), note))
        self.state[key] = value
        self.touched.add(key)
