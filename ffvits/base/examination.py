"""One generator under examination: what its weights show, and what its config claims about them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ffvits.base.checkpoint import Checkpoint
from ffvits.base.config_file import ConfigFile, find_config, parse_config, read_config
from ffvits.base.dialect import Shape, contradictions, infer_shape, shapes_of, split_fused
from ffvits.base.findings import Inspection, Problem
from ffvits.base.skeleton import generator_shapes
from ffvits.errors import BaseError
from ffvits.store import Entry

if TYPE_CHECKING:
    from torch import Tensor

    from ffvits.audio.spectrogram import AudioFormat
    from ffvits.text.symbols import TableInfo
    from ffvits.vits.config import VitsConfig


class Examination:
    """Collects problems while it looks; `inspection` gives the result."""

    def __init__(self, checkpoint: Checkpoint, state: dict[str, Tensor], notes: list[str], card: Entry | None) -> None:
        self.checkpoint = checkpoint
        self.state = state
        self.notes = notes
        self.card = card
        self.problems: list[Problem] = []

    def inspection(self, config_path: Path | None, check_values: bool) -> Inspection:
        config = self._config(config_path)
        self._unpad(config)
        shape, wanted = self._shape(config)
        split = split_fused(self.state, wanted)
        if split:
            self.notes.append(f"{len(split)} fused convolutions split into length and direction again")
        self._complete(shape.config)
        card = self.card.base if self.card else None
        audio = self._audio(config, shape.config, card)
        symbols = self._symbols(config, shape.config.n_vocab, card)
        if config:
            self._contradictions(shape.config, config)
        self._speakers(config, shape.config)
        if check_values:
            self.problems += not_finite(self.state)
        table, front_end = self._front_end(symbols, config)
        details = facts(self.checkpoint)
        details["hop"] = f"{shape.config.hop_length} samples"
        if shape.assumed:
            details["assumed"] = "; ".join(shape.assumed)
        if self.notes:
            details["notes"] = "; ".join(self.notes)
        if config and config.path:
            details["config"] = str(config.path)
        if self.card:
            details["known_as"] = self.card.name
        return Inspection(
            self.checkpoint.path,
            "generator",
            config.dialect if config else "vits_chinese" if table == "vits_chinese" else "original",
            n_symbols=shape.config.n_vocab,
            symbol_table=table,
            n_speakers=shape.config.n_speakers,
            gin_channels=shape.config.gin_channels,
            sampling_rate=audio.sampling_rate if audio else None,
            front_end=front_end,
            problems=tuple(self.problems),
            details=details,
            symbols=symbols,
            speakers=self._names(config, shape.config.n_speakers),
            octaves=_octaves(config, shape.config.n_speakers),
            add_blank=self._add_blank(config, table),
            audio=audio,
            config=shape.config,
            state=self.state,
        )

    def _add(self, code: str, message: str, cure: str, fatal: bool = True) -> None:
        self.problems.append(Problem(code, message, cure, fatal))

    def _shape(self, config: ConfigFile | None) -> tuple[Shape, Mapping[str, tuple[int, ...]]]:
        """The architecture, and the names and shapes of a whole generator of it."""
        try:
            shape = infer_shape(shapes_of(self.state), config.model if config else None)
            return shape, generator_shapes(shape.config)
        except KeyError as error:
            raise BaseError(f"the parameter {error.args[0]} is missing") from error
        except (IndexError, ValueError, TypeError, ArithmeticError, RuntimeError) as error:
            reason = (str(error) or type(error).__name__).splitlines()[0]
            raise BaseError(f"its shapes are not those of a VITS generator ({reason})") from error

    def _config(self, named: Path | None) -> ConfigFile | None:
        if named is None and self.checkpoint.config is not None:
            return parse_config(self.checkpoint.config, None)
        try:
            chosen = named or find_config(self.checkpoint.path, self._fits)
            return read_config(chosen) if chosen else None
        except BaseError as error:
            # A known file does without one that only lies beside it; the one that was named is meant.
            cure = error.cure or ("fix it" if named else "fix or remove it")
            message = error.message if error.file == str(self.checkpoint.path) else error.located
            self._add("bad-config", message, cure, fatal=named is not None or self.card is None)
            return None

    def _fits(self, config: ConfigFile) -> bool:
        """Whether a config has as many symbols and voices as the weights, as far as it states them."""
        symbols, table = self.state.get("enc_p.emb.weight"), self.state.get("emb_g.weight")
        if config.symbols and symbols is not None and len(config.symbols) != len(symbols):
            return False
        voices = len(config.speakers) or config.n_speakers or 0
        return voices in (0, 1) if table is None else voices in (0, len(table))

    def _unpad(self, config: ConfigFile | None) -> None:
        """Our own .pth of one speaker holds that speaker twice, for loaders that need two."""
        rows = config.ours.get("speakers") if config else None
        if isinstance(rows, int) and "emb_g.weight" in self.state:
            self.state["emb_g.weight"] = self.state["emb_g.weight"][:rows]

    def _complete(self, config: VitsConfig) -> None:
        found, wanted = shapes_of(self.state), generator_shapes(config)
        if not any(name.startswith("enc_q.") for name in found):
            self._add(
                "no-posterior",
                "the posterior encoder (enc_q) was cut out, so this checkpoint can speak but not be trained further",
                "use the checkpoint it was exported from",
            )
            wanted = {name: size for name, size in wanted.items() if not name.startswith("enc_q.")}
        differing = differences(found, wanted)
        if differing:
            more = f" (and {len(differing) - 1} more)" if len(differing) > 1 else ""
            self._add(
                "unexpected-parameters",
                f"it is not a plain VITS generator: {differing[0]}{more}",
                "use a checkpoint of the original VITS family",
            )

    def _audio(self, config: ConfigFile | None, shape: VitsConfig, card) -> AudioFormat | None:
        from ffvits.audio.spectrogram import AudioFormat

        if config and config.audio:
            audio = config.audio
        elif card:
            bins = shape.spec_channels
            audio = AudioFormat(card.sampling_rate, 2 * (bins - 1), card.hop_length, 2 * (bins - 1))
        else:
            self._add(
                "unknown-sampling-rate",
                "weights do not show their sampling rate, and there is no config that states it",
                "put its config.json beside it",
            )
            return None
        if audio.hop_length != shape.hop_length:
            self._add(
                "hop-mismatch",
                f"the config's hop_length is {audio.hop_length} and its upsample_rates "
                f"{list(shape.upsample_rates)} make {shape.hop_length}",
                "use the config of this checkpoint",
            )
        if audio.spec_channels != shape.spec_channels:
            self._add(
                "filter-mismatch",
                f"the config's filter_length {audio.filter_length} gives {audio.spec_channels} bins "
                f"and the weights read {shape.spec_channels}",
                "use the config of this checkpoint",
            )
        if card and card.sampling_rate != audio.sampling_rate:
            self._add(
                "rate-mismatch",
                f"the config says {audio.sampling_rate} Hz and {self.card.name} was trained at {card.sampling_rate} Hz",
                "use the config of this checkpoint",
            )
        return audio

    def _symbols(self, config: ConfigFile | None, n_vocab: int, card) -> tuple[str, ...]:
        from ffvits.text.symbols import TABLES, fingerprint, known_tables

        stated = config.symbols if config else ()
        expected = TABLES.get(card.symbol_table, ()) if card else ()
        if stated and len(stated) != n_vocab:
            self._add(
                "symbol-count-mismatch",
                f"the checkpoint has {n_vocab} symbols and the config lists {len(stated)}: this is what others report "
                f"as size mismatch for enc_p.emb.weight [{n_vocab}, …] vs [{len(stated)}, …]",
                self._config_cure(n_vocab),
            )
            stated = ()
        if stated and expected and fingerprint(stated) != fingerprint(expected):
            self._add("symbols-contradict", *self._reordered(stated, expected, card.symbol_table))
            stated = expected
        symbols = stated or expected
        if not symbols:
            fitting = [info.name for info in known_tables().values() if info.n == n_vocab]
            listed = f"; tables of that size: {', '.join(fitting)}" if fitting else ""
            self._add(
                "unknown-symbols",
                f"which {n_vocab} symbols it knows is stated nowhere, and the number alone does not decide{listed}",
                "put its config.json (with `symbols`) beside it; the wrong order of the same symbols gives gibberish",
            )
            return ()
        known = known_tables().get(fingerprint(symbols))
        twin = _twin(symbols) if known is None or known.name == "pinyin-letters-alexandajerry" else None
        if twin:
            message, _ = self._reordered(symbols, TABLES[twin.name], twin.name)
            self._add(
                "symbols-have-a-twin" if known else "symbols-reordered",
                message + "; both load without an error, and the wrong one speaks gibberish",
                "make sure that this config came with this checkpoint",
                fatal=False,
            )
        return symbols

    def _reordered(self, symbols: tuple[str, ...], table: tuple[str, ...], name: str) -> tuple[str, str]:
        moved = sum(a != b for a, b in zip(symbols, table, strict=False))
        if sorted(symbols) == sorted(table):
            message = f"the config has the same {len(table)} symbols as {name} in another order: {moved} ids differ"
        else:
            message = f"the config's symbols are not those of {name}: {moved} of {len(table)} ids differ"
        return message, f"use the config that came with this checkpoint (or none: {name} is known)"

    def _config_cure(self, n_vocab: int) -> str:
        from ffvits.text.symbols import known_tables

        fitting = [info.name for info in known_tables().values() if info.n == n_vocab]
        if fitting:
            return f"use the config of this checkpoint; tables of {n_vocab} symbols: {', '.join(fitting)}"
        return "use the config that this checkpoint was trained with"

    def _contradictions(self, shape: VitsConfig, config: ConfigFile) -> None:
        for name, seen, stated in contradictions(shape, config.model):
            self._add(
                "config-mismatch",
                f"the weights show {name} = {seen} and the config says {stated}",
                "use the config of this checkpoint",
            )
        if config.unknown_model_keys:
            self._add(
                "unknown-model-keys",
                f"the config's model section has {', '.join(config.unknown_model_keys)}, which plain VITS has not",
                "nothing to do if the weights load; they decide",
                fatal=False,
            )

    def _speakers(self, config: ConfigFile | None, shape: VitsConfig) -> None:
        if config is None:
            return
        rows_found, stated, names = shape.n_speakers, config.n_speakers, len(config.speakers)
        if isinstance(config.ours.get("speakers"), int):
            return
        if rows_found and names and names != rows_found:
            cure = "use the config of this checkpoint"
            if names < rows_found:
                cure = f"the others are known by number (#{names} …); check that the config belongs to it"
            self._add(
                "speaker-count-mismatch",
                f"the checkpoint has {rows_found} speakers and the config names {names}",
                cure,
                fatal=names > rows_found,
            )
        elif rows_found != (stated or 0) and not (rows_found == 0 and (stated or 0) <= 1):
            self._add(
                "speaker-count-mismatch",
                f"the checkpoint has {rows_found} speakers and the config says {stated}",
                "use the config of this checkpoint" if not rows_found else "the checkpoint's number is used",
                fatal=not rows_found,
            )

    def _names(self, config: ConfigFile | None, count: int) -> tuple[str, ...]:
        names = config.speakers if config else ()
        return tuple(names[i] if i < len(names) else f"#{i}" for i in range(count))

    def _front_end(self, symbols: tuple[str, ...], config: ConfigFile | None) -> tuple[str | None, str | None]:
        from ffvits.text.symbols import fingerprint, known_tables

        if not symbols:
            return None, None
        known = known_tables().get(fingerprint(symbols))
        writes = known or _twin(symbols)  # the order is the base's own, and front ends take any
        front_end = (config.front_end if config else None) or (writes.front_end if writes else None)
        if front_end is None:
            what = f"for the table {known.name} ({known.note})" if known else "that writes this unknown table"
            self._add(
                "no-front-end",
                f"there is no Mandarin front end {what}",
                "as a base, give it another table: its symbols are then replaced, its voice is kept",
                fatal=False,
            )
        return known.name if known else None, front_end

    def _add_blank(self, config: ConfigFile | None, table: str | None) -> bool:
        if config and config.add_blank is not None:
            return config.add_blank
        return table != "vits_chinese"


def _twin(symbols: tuple[str, ...]) -> TableInfo | None:
    """The first known table of the same symbols, in whatever order."""
    from ffvits.text.symbols import TABLES, known_tables

    return next((info for info in known_tables().values() if sorted(TABLES[info.name]) == sorted(symbols)), None)


def facts(checkpoint: Checkpoint) -> dict[str, object]:
    """What a file holds beside what it is."""
    return {
        "container": checkpoint.container,
        "epoch": checkpoint.iteration,
        "optimizer": "inside" if checkpoint.has_optimizer else "none",
        "parameters": sum(tensor.numel() for tensor in checkpoint.tensors.values()),
    }


def not_finite(state: Mapping[str, Tensor]) -> list[Problem]:
    """A problem if any tensor holds NaN or infinity; reads every value."""
    import torch

    # A sum is finite only if every value is; where it is not, the values themselves decide.
    suspects = [name for name, tensor in state.items() if not bool(torch.isfinite(tensor.sum()))]
    broken = [name for name in suspects if not bool(torch.isfinite(state[name]).all())]
    if not broken:
        return []
    return [
        Problem(
            "not-finite",
            f"{len(broken)} of {len(state)} tensors hold NaN or infinity, first {broken[0]}: training had diverged",
            "use an earlier checkpoint of that training",
        )
    ]


def differences(found: Mapping[str, tuple[int, ...]], wanted: Mapping[str, tuple[int, ...]]) -> list[str]:
    """In words, what two sets of names and shapes do not share; the lacking first."""
    lacking = [f"{name} is missing" for name in wanted if name not in found]
    unexpected = [f"{name} is not part of it" for name in found if name not in wanted]
    other = [
        f"{name} is {list(found[name])} instead of {list(wanted[name])}"
        for name in wanted
        if name in found and found[name] != wanted[name]
    ]
    return lacking + unexpected + other


def _octaves(config: ConfigFile | None, speakers: int) -> tuple[float, ...]:
    """What a `voice.json` says of them; nothing where that is not one number for each speaker."""
    values = config.ours.get("octaves") if config else None
    whole = isinstance(values, list) and len(values) == speakers
    return tuple(map(float, values)) if whole and all(isinstance(value, int | float) for value in values) else ()
