"""The shape of a VITS model: the `model` section of a config.json, checked."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace

from ffvits.errors import BaseError

# How many dilated convolutions one residual block has; longer lists in a config are cut, as the published code does.
BLOCK_DEPTH = {"1": 3, "2": 2}
DECODERS = ("hifigan", "harmonic")


@dataclass(frozen=True)
class VitsConfig:
    """The arguments of a VITS generator, under the names of the published config.json; the defaults are its values.

    `n_vocab` counts text symbols, `spec_channels` the bins of the linear spectrogram (filter_length / 2 + 1) and
    `segment_frames` the frames that training decodes to audio. `n_layers_q` and `use_spectral_norm` stand in every
    published config; the generator reads neither. `decoder` is "hifigan" in all of them; "harmonic" is ours
    (`ffvits.vits.harmonic`). Lists become tuples.

    Raises BaseError naming the argument if a value is impossible.
    """

    n_vocab: int = 78
    spec_channels: int = 513
    segment_frames: int = 32
    inter_channels: int = 192
    hidden_channels: int = 192
    filter_channels: int = 768
    n_heads: int = 2
    n_layers: int = 6
    kernel_size: int = 3
    p_dropout: float = 0.1
    resblock: str = "1"
    resblock_kernel_sizes: tuple[int, ...] = (3, 7, 11)
    resblock_dilation_sizes: tuple[tuple[int, ...], ...] = ((1, 3, 5), (1, 3, 5), (1, 3, 5))
    upsample_rates: tuple[int, ...] = (8, 8, 2, 2)
    upsample_initial_channel: int = 512
    upsample_kernel_sizes: tuple[int, ...] = (16, 16, 4, 4)
    n_layers_q: int = 3
    use_spectral_norm: bool = False
    gin_channels: int = 0
    n_speakers: int = 0
    use_sdp: bool = True
    decoder: str = "hifigan"

    def __post_init__(self) -> None:
        for name in ("resblock_kernel_sizes", "upsample_rates", "upsample_kernel_sizes"):
            self._freeze(name, _whole_numbers(name, getattr(self, name)))
        dilations = _listed("resblock_dilation_sizes", self.resblock_dilation_sizes)
        self._freeze("resblock_dilation_sizes", tuple(_whole_numbers("resblock_dilation_sizes", d) for d in dilations))
        self._check()

    def _freeze(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)  # the one moment at which a frozen instance may still be completed

    def _check(self) -> None:
        for name in ("n_vocab", "spec_channels", "segment_frames", "inter_channels", "hidden_channels", "n_layers"):
            _require(_is_whole(getattr(self, name), 1), name, getattr(self, name), "a whole number from 1")
        for name in ("filter_channels", "n_heads", "kernel_size", "upsample_initial_channel"):
            _require(_is_whole(getattr(self, name), 1), name, getattr(self, name), "a whole number from 1")
        for name in ("gin_channels", "n_speakers", "n_layers_q"):
            _require(_is_whole(getattr(self, name), 0), name, getattr(self, name), "a whole number from 0")
        for name in ("use_spectral_norm", "use_sdp"):
            _require(isinstance(getattr(self, name), bool), name, getattr(self, name), "true or false")
        dropout = self.p_dropout
        is_share = isinstance(dropout, int | float) and not isinstance(dropout, bool) and 0 <= dropout < 1
        _require(is_share, "p_dropout", dropout, "a number from 0, below 1")
        _require(self.inter_channels % 2 == 0, "inter_channels", self.inter_channels, "even: the flow splits it in two")
        _require(
            self.hidden_channels % self.n_heads == 0, "n_heads", self.n_heads, f"a divisor of {self.hidden_channels}"
        )
        _require(self.decoder in DECODERS, "decoder", self.decoder, " or ".join(map(repr, DECODERS)))
        _require(self.resblock in tuple(BLOCK_DEPTH), "resblock", self.resblock, '"1" or "2"')
        self._check_decoder()

    def _check_decoder(self) -> None:
        kernels, dilations = self.resblock_kernel_sizes, self.resblock_dilation_sizes
        _require(len(kernels) > 0, "resblock_kernel_sizes", kernels, "at least one size")
        _require(all(k % 2 for k in kernels), "resblock_kernel_sizes", kernels, "odd, so that lengths stay")
        depth = BLOCK_DEPTH[self.resblock]
        _require(
            len(dilations) == len(kernels) and all(len(d) >= depth for d in dilations),
            "resblock_dilation_sizes",
            dilations,
            f"{len(kernels)} lists of {depth} dilations",
        )
        rates, sizes = self.upsample_rates, self.upsample_kernel_sizes
        _require(len(rates) > 0, "upsample_rates", rates, "at least one rate")
        _require(
            len(sizes) == len(rates) and all(k >= u and (k - u) % 2 == 0 for k, u in zip(sizes, rates, strict=True)),
            "upsample_kernel_sizes",
            sizes,
            f"one size for each of the rates {list(rates)}, larger by an even number",
        )
        halvings = 2 ** len(rates)
        _require(
            self.upsample_initial_channel % halvings == 0,
            "upsample_initial_channel",
            self.upsample_initial_channel,
            f"a multiple of {halvings}: every upsampling halves it",
        )

    @property
    def hop_length(self) -> int:
        """Samples of audio for one frame of the spectrogram."""
        return math.prod(self.upsample_rates)

    @property
    def sings(self) -> bool:
        """True if the decoder has a source of its own, and must be told how high the voice is."""
        return self.decoder == "harmonic"

    @property
    def has_speakers(self) -> bool:
        """True if the model has a table of speakers (`emb_g`)."""
        return self.gin_channels > 0 and self.n_speakers > 0

    def with_harmonic_decoder(self) -> VitsConfig:
        """The same with a harmonic decoder; what only HiFi-GAN reads stands for nothing then but the hop."""
        hop = self.hop_length
        return replace(
            self,
            decoder="harmonic",
            resblock="2",
            resblock_kernel_sizes=(3,),
            resblock_dilation_sizes=((1, 2),),
            upsample_rates=(hop,),
            upsample_kernel_sizes=(2 * hop,),
        )

    def to_dict(self) -> dict[str, object]:
        """Every argument in JSON types; `from_dict` gives the same config back."""
        return {name: _thawed(value) for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> VitsConfig:
        """Builds a config from a mapping; raises BaseError for a name it does not know, with the nearest it does."""
        known = [field.name for field in fields(cls)]
        for name in values:
            if name not in known:
                near = difflib.get_close_matches(str(name), known, n=1)
                cure = f"did you mean {near[0]!r}?" if near else f"known arguments: {', '.join(known)}"
                raise BaseError(f"unknown model argument {name!r}", cure=cure)
        return cls(**values)


def _require(holds: bool, name: str, value: object, wanted: str) -> None:
    if not holds:
        raise BaseError(f"the model argument {name!r} is {value!r}", cure=f"it must be {wanted}")


def _is_whole(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _listed(name: str, value: object) -> tuple:
    _require(isinstance(value, list | tuple), name, value, "a list")
    return tuple(value)


def _whole_numbers(name: str, value: object) -> tuple[int, ...]:
    numbers = _listed(name, value)
    _require(all(_is_whole(number, 1) for number in numbers), name, value, "whole numbers from 1")
    return numbers


def _thawed(value: object) -> object:
    return [_thawed(item) for item in value] if isinstance(value, tuple) else value
