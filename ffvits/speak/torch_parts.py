"""The networks of a voice in torch, on any device."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from ffvits.device import choose_device, multiplies_bfloat16
from ffvits.errors import FfvitsError
from ffvits.speak.synthesis import pace
from ffvits.speak.together import rows_that_pay

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import Tensor

    from ffvits.vits import Vits, VitsConfig


Precision = Literal["auto", "float32", "bfloat16"]


class TorchParts:
    """See `ffvits.speak.synthesis.Parts`; may be shared by threads."""

    batches = True

    def __init__(self, model: Vits, device: torch.device, precision: torch.dtype) -> None:
        from ffvits.vits.layers import lay_channels_last

        self.model = model
        self.device = device
        self.precision = precision
        self.hop_length = model.config.hop_length
        self.reach = model.dec.reach.frames
        self.flow_reach = model.flow_reach
        self.pace = pace(model.dec.work)
        self.rows = rows_that_pay(device.type)
        model.dec.to(precision)
        if device.type == "cpu":
            lay_channels_last(model.dec)

    def fingerprint(self) -> str:
        """See `ffvits.speak.synthesis.Parts`."""
        import hashlib

        import torch

        found = hashlib.sha256()
        for name, tensor in sorted(self.model.state_dict().items()):
            found.update(name.encode())
            found.update(tensor.cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
        return found.hexdigest()

    @classmethod
    def build(
        cls, config: VitsConfig, weights: Mapping[str, Tensor], device: str, precision: Precision = "auto"
    ) -> TorchParts:
        """From a checkpoint's tensors; the decoder computes in `precision`, all else in float32.

        `auto` is bfloat16 where the processor multiplies it in hardware: twice as fast, and what it adds lies 49 dB
        below the embedded base's speech. Raises BaseError if the weights do not fit, FfvitsError if there is no such
        device, or it cannot be used.
        """
        import torch

        from ffvits.base.skeleton import filled

        chosen = torch.device(choose_device(device))
        model = filled(config, {name: tensor.float() for name, tensor in weights.items()})
        try:
            half = precision == "bfloat16" or (precision == "auto" and chosen.type == "cpu" and multiplies_bfloat16())
            return cls(model.eval().fused().to(chosen), chosen, torch.bfloat16 if half else torch.float32)
        except (RuntimeError, AssertionError) as error:  # what torch raises depends on how it was built
            reason = str(error).splitlines()[0]
            raise FfvitsError(f"cannot use the device {device!r}: {reason}", cure="use --device cpu") from error

    def speaker(self, row: int | None) -> np.ndarray | None:
        import torch

        if row is None:
            return None
        with torch.inference_mode():
            return self._out(self.model.speaker(torch.tensor([row], device=self.device)))

    def encode(self, ids: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        import torch

        with torch.inference_mode():
            text = self.model.enc_p(self._in(ids), self._in(lengths))
            return self._out(text.hidden), self._out(text.mean), self._out(text.logs), self._out(text.mask)

    def log_frames(self, hidden: np.ndarray, mask: np.ndarray, noise: np.ndarray, g: np.ndarray | None) -> np.ndarray:
        import torch

        with torch.inference_mode():
            return self._out(self.model.dp.shaped(self._in(hidden), self._in(mask), self._in(noise), self._in(g)))

    def flow(self, z_p: np.ndarray, mask: np.ndarray, g: np.ndarray | None) -> np.ndarray:
        import torch

        with torch.inference_mode():
            kept, speaker = self._in(mask), self._in(g)
            z = self.model.flow(self._in(z_p), kept, speaker, reverse=True)
            return self._out(self.model.latent(z, kept, speaker))

    def decode(
        self, z: np.ndarray, g: np.ndarray | None, before: int, after: int, mask: np.ndarray | None = None
    ) -> np.ndarray:
        import torch

        with torch.inference_mode():
            speaker, kept = (None if array is None else self._in(array).to(self.precision) for array in (g, mask))
            return self._out(self.model.dec(self._in(z), speaker, before, after, kept))[:, 0]

    def shifted(
        self,
        samples: np.ndarray,
        source: int,
        target: int,
        rate: int,
        random: np.random.Generator,
        octaves: float = 0.0,
    ) -> np.ndarray:
        """The latent [1, C, frames] of a recording (float32 [T] at `rate`) of speaker `source`, moved to `target`.

        `octaves`: how much higher the posterior encoder wants to hear the source.
        """
        import numpy as np
        import torch

        from ffvits.audio.spectrogram import AudioFormat
        from ffvits.audio.transposed import transposed_spectrogram

        length = 2 * (self.model.config.spec_channels - 1)
        heard = AudioFormat(rate, filter_length=length, hop_length=self.hop_length, win_length=length)
        with torch.inference_mode():
            spec = transposed_spectrogram(torch.from_numpy(samples), heard, octaves).to(self.device)
            one, other = (self._in(self.speaker(row)) for row in (source, target))
            posterior = self.model.enc_q(spec, torch.tensor([spec.shape[2]], device=self.device), one)
            noise = self._in(random.standard_normal(tuple(posterior.mean.shape), np.float32))
            z_p = self.model.flow(posterior.mean + noise * torch.exp(posterior.logs), posterior.mask, one)
            z = self.model.flow(z_p, posterior.mask, other, reverse=True)
            return self._out(self.model.latent(z, posterior.mask, other))

    def _in(self, array: np.ndarray | None) -> Tensor | None:
        import torch

        return None if array is None else torch.from_numpy(array).to(self.device)

    def _out(self, tensor: Tensor) -> np.ndarray:
        return tensor.float().cpu().numpy()
