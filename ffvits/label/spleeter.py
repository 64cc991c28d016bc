"""Spleeter's two U-Nets, which estimate how loud vocals and accompaniment are in each spot of a spectrogram.

R. Hennequin et al., "Spleeter: a fast and efficient music source separation tool with pre-trained models", JOSS
5(50), 2020 (MIT). Module names follow the published torch checkpoints, so their tensors load without renaming.
"""

from __future__ import annotations

import io
import itertools
import pickle
import zipfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ffvits.audio.sound import Sound
from ffvits.device import multiplies_bfloat16
from ffvits.errors import FfvitsError
from ffvits.label.levels import overall_level

RATE = 44100
_WINDOW, _HOP, _BINS = 4096, 1024, 1024
# dBFS. The networks know music as it is published: of a voice 20 dB quieter they take all for accompaniment. At the
# first level 38 of 40 pieces of music 15 dB under a voice were heard, at lower ones fewer. At the second ten mixes each
# of 0, 5, 10 and 15 dB came to 6.2, 10.3, 14.0 and 16.7 dB of SI-SDR; at -20 to 4.9, 9.9, 14.2 and 17.7, at -34 to 5.1,
# 9.4, 12.6 and 16.0.
_LISTENING, _SEPARATING = -20.0, -26.0
_SILENCE = -90.0
_SMALLEST = 64  # frames that six halvings leave whole
# Of a transposed convolution of five taps and step two: which taps make the even spots, which the odd ones, and where
# they stand in a plain one of three taps.
_TAPS = (((0, 3), (1, 1)), ((0, 4), (1, 2), (2, 0)))
_HIGH = 600  # bins from here (6.5 kHz) up to the last known one tell what is above it


def _down(ins: int, outs: int) -> tuple[nn.Sequential, nn.Sequential]:
    # One more column and row behind than before: where TensorFlow, in which it was trained, pads.
    conv = nn.Sequential(nn.ZeroPad2d((1, 2, 1, 2)), nn.Conv2d(ins, outs, 5, stride=2))
    return conv, nn.Sequential(nn.BatchNorm2d(outs, eps=1e-3), nn.LeakyReLU(0.2))


def _up(ins: int, outs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.ConvTranspose2d(ins, outs, 5, stride=2),
        nn.ZeroPad2d((-1, -2, -1, -2)),
        nn.ReLU(),
        nn.BatchNorm2d(outs, 1e-3),
    )


def _up_by_phases(up: nn.Sequential) -> nn.Sequential:
    """What `_up` made, computed otherwise: one convolution gives the four neighbours that each spot becomes.

    Half more to multiply, and no slower for it: it is done the way that processors do best, and in bfloat16 too.
    """
    transposed, norm = up[0], up[3]
    ins, outs = transposed.weight.shape[:2]
    taps = transposed.weight.permute(1, 2, 3, 0)
    weight = taps.new_zeros(outs, 2, 2, 3, 3, ins)
    for row, column in itertools.product((0, 1), repeat=2):
        for (to_row, from_row), (to_column, from_column) in itertools.product(_TAPS[row], _TAPS[column]):
            weight[:, row, column, to_row, to_column] = taps[:, from_row, from_column]
    with torch.device("meta"):
        conv = nn.Conv2d(ins, 4 * outs, 3, padding=1)
    bias = transposed.bias.repeat_interleave(4)
    conv.load_state_dict({"weight": weight.flatten(0, 2).permute(0, 3, 1, 2), "bias": bias}, assign=True)
    return nn.Sequential(conv, nn.PixelShuffle(2), nn.ReLU(), norm)


class UNet(nn.Module):
    """Magnitudes of a mix [B, 2, T, 1024] to those of one stem; T is a multiple of 64."""

    def __init__(self) -> None:
        super().__init__()
        widths = (2, 16, 32, 64, 128, 256, 512)
        for level in range(1, 7):
            conv, act = _down(widths[level - 1], widths[level])
            self.add_module(f"down{level}_conv", conv)
            self.add_module(f"down{level}_act", act)
        for level, (ins, outs) in enumerate(((512, 256), (512, 128), (256, 64), (128, 32), (64, 16), (32, 1)), 1):
            self.add_module(f"up{level}", _up(ins, outs))
        self.up7 = nn.Sequential(nn.Conv2d(1, 2, 4, dilation=2, padding=3), nn.Sigmoid())

    def forward(self, x: Tensor) -> Tensor:
        skips = []
        y = x
        for level in range(1, 7):
            y = self.get_submodule(f"down{level}_conv")(y)
            skips.append(y)
            if level < 6:
                y = self.get_submodule(f"down{level}_act")(y)
        y = self.up1(skips.pop())
        for level in range(2, 7):
            y = self.get_submodule(f"up{level}")(torch.cat([skips.pop(), y], dim=1))
        return self.up7(y) * x

    def quick(self) -> UNet:
        """Itself in bfloat16, in half the time where the processor multiplies that; its tensors are others then."""
        self.to(torch.bfloat16)
        for level in range(1, 7):
            setattr(self, f"up{level}", _up_by_phases(self.get_submodule(f"up{level}")))
        return self.to(memory_format=torch.channels_last)


class Spleeter:
    """Both networks, ready to separate; make it with `load`."""

    name = "Spleeter"

    def __init__(self, vocals: UNet, accompaniment: UNet, device: str = "cpu") -> None:
        self.device = torch.device(device)
        self.vocals, self.accompaniment = vocals.eval().to(self.device), accompaniment.eval().to(self.device)

    @torch.inference_mode()
    def spectra(self, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Magnitudes of a mix [T] at 44.1 kHz and of the accompaniment in it, both [1024, 1 + T // 1024].

        They are those of the mix at a usual level, whatever its own is. Enough to tell whether there is any, and half
        of the work of `music`. In bfloat16, 84 recordings and mixes were judged as they are in float32.
        """
        mix = self._stft(samples * _gain(samples, _LISTENING)).abs()[:_BINS]
        return mix.numpy(), self._magnitude(self.accompaniment, mix).numpy()

    @torch.inference_mode()
    def music(self, samples: np.ndarray) -> np.ndarray:
        """What is not voice in a mix [T] at 44.1 kHz; subtract it to have the voice. At best 12 s at a time."""
        gain = _gain(samples, _SEPARATING)
        mix = self._stft(samples * gain)
        loud = mix.abs()[:_BINS]
        voice = self._magnitude(self.vocals, loud).square()
        other = self._magnitude(self.accompaniment, loud).square()
        mask = (other + 0.5e-10) / (voice + other + 1e-10)
        above = mask[_HIGH:].mean(dim=0, keepdim=True).expand(_WINDOW // 2 + 1 - _BINS, -1)
        removed = mix * torch.cat([mask, above])
        window = torch.hann_window(_WINDOW)
        return torch.istft(removed, _WINDOW, _HOP, window=window, length=len(samples)).numpy() / gain

    def _stft(self, samples: np.ndarray) -> Tensor:
        window = torch.hann_window(_WINDOW)
        tensor = torch.from_numpy(np.ascontiguousarray(samples))
        return torch.stft(tensor, _WINDOW, _HOP, window=window, pad_mode="constant", return_complex=True)

    def _magnitude(self, net: UNet, mix: Tensor) -> Tensor:
        """One stem's magnitudes [1024, T] from those of a mono mix."""
        frames = mix.shape[1]
        padded = functional.pad(mix.T, (0, 0, 0, -frames % _SMALLEST))
        stereo = padded.expand(1, 2, -1, -1).to(self.device, next(net.parameters()).dtype)
        return net(stereo)[0].float().mean(dim=0)[:frames].T.cpu()


def _gain(samples: np.ndarray, wanted: float) -> np.float32:
    """The factor that brings samples [T] at 44.1 kHz to the level `wanted` (dBFS); silence stays silence."""
    found = overall_level(Sound(samples, RATE))
    return np.float32(10 ** ((wanted - found) / 20)) if found > _SILENCE else np.float32(1)


def load(folder: Path, device: str = "cpu", *, exact: bool = False) -> Spleeter:
    """Loads the two checkpoints of the manifest's entry `spleeter-2stems`; `exact` forbids bfloat16.

    They are pickles: nothing but numpy arrays is let through. Raises FfvitsError if they hold anything else.
    """
    nets = (_unet(folder / "testcheckpoint0.ckpt"), _unet(folder / "testcheckpoint1.ckpt"))
    if device == "cpu" and not exact and multiplies_bfloat16():
        # What of the voice is another then lies 36 dB under it where the music is as loud, and 45 to 56 dB elsewhere.
        nets = (nets[0].quick(), nets[1].quick())
    return Spleeter(*nets, device)


# What reading a file raises that is no such checkpoint, or only a part of one.
_UNREADABLE = (
    *(zipfile.BadZipFile, pickle.UnpicklingError, EOFError, StopIteration),
    *(AttributeError, TypeError, RuntimeError, OSError),
)


def _unet(path: Path) -> UNet:
    with torch.device("meta"):  # so that nothing is drawn for its weights
        net = UNet()
    # How many batches its norms have seen; the file does not say, and nobody asks.
    counts = {name: torch.tensor(0) for name in net.state_dict() if name.endswith("num_batches_tracked")}
    try:
        with zipfile.ZipFile(path) as archive:
            name = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
            arrays = _Arrays(io.BytesIO(archive.read(name))).load()
        tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
        found = net.load_state_dict(counts | tensors, strict=False, assign=True)
        wrong = [*found.missing_keys, *found.unexpected_keys]
    except _UNREADABLE as error:
        raise FfvitsError(f"not Spleeter's weights: {error}", cure="delete it and run again", file=path) from error
    if wrong:
        raise FfvitsError(f"not Spleeter's weights: {wrong[0]}", cure="delete it and run again", file=path)
    return net


class _Arrays(pickle.Unpickler):
    """Reads a pickle of numpy arrays and refuses everything else, since a pickle can run any program.

    The file is torch's, but the arrays in it are numpy's: torch's own safe loader has no stable way to allow them.
    """

    _ALLOWED = frozenset(
        {("numpy", "ndarray"), ("numpy", "dtype"), ("_codecs", "encode")}
        | {(f"numpy.{core}.multiarray", "_reconstruct") for core in ("core", "_core")}
    )

    def find_class(self, module: str, name: str) -> object:
        if (module, name) not in self._ALLOWED:
            raise pickle.UnpicklingError(f"it wants to load {module}.{name}")
        if name == "_reconstruct":
            # The place of this function moved in numpy 2; an array's own recipe tells where it is here.
            return np.zeros(0).__reduce__()[0]
        return super().find_class(module, name)
