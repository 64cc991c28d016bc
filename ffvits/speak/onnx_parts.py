"""The networks of a voice in onnxruntime: the split files that MoeVoiceStudio reads as well. Torch is not needed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ffvits import console
from ffvits.device import cores
from ffvits.errors import BaseError, FfvitsError
from ffvits.extras import install
from ffvits.speak.synthesis import LIGHT, pace

if TYPE_CHECKING:
    import numpy as np
    from onnxruntime import InferenceSession

NETWORKS = ("enc_p", "dp", "flow", "dec")


class OnnxParts:
    """See `ffvits.speak.synthesis.Parts`; may be shared by threads."""

    rows = 1
    batches = False  # the networks were traced with one speaker, and know no mask for padding

    def __init__(self, sessions: Mapping[str, InferenceSession], fingerprint: str = "") -> None:
        self._sessions = sessions
        self._fingerprint = fingerprint
        decoder, flow = (sessions[name].get_modelmeta().custom_metadata_map for name in ("dec", "flow"))
        self.hop_length = int(decoder["hop_length"])
        self.reach = int(decoder["reach"])
        self.flow_reach = int(flow["reach"])
        self.pace = pace(int(decoder.get("work", LIGHT)))  # older exports do not say

    def fingerprint(self) -> str:
        """See `ffvits.speak.synthesis.Parts`."""
        return self._fingerprint

    @classmethod
    def load(cls, folder: Path) -> OnnxParts:
        """The networks `*_enc_p.onnx`, `*_dp.onnx`, `*_flow.onnx`, `*_dec.onnx` and, for speakers, `*_emb.onnx`.

        Raises BaseError if one is missing or damaged, FfvitsError if onnxruntime is not installed.
        """
        import hashlib

        try:
            import onnxruntime
            from onnxruntime.capi import onnxruntime_pybind11_state as state
        except ImportError as error:
            raise FfvitsError("a voice in ONNX needs the package onnxruntime", cure=install("onnx")) from error
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = threads()
        # Threads that wait for each other turn idly by default, on cores that other programs need: see `wait_asleep`.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        damaged = (OSError, RuntimeError, state.Fail, state.InvalidProtobuf, state.InvalidGraph, state.NotImplemented)
        sessions, hashes = {}, hashlib.sha256()
        for name in (*NETWORKS, "emb"):
            found = sorted(folder.glob(f"*_{name}.onnx"))
            if not found and name == "emb":
                continue
            if not found:
                run = folder.parent if folder.name == "voice" else folder
                raise BaseError(
                    f"there is no network *_{name}.onnx here",
                    cure=f"make it with: ffvits export {console.typed(run)} --to onnx, "
                    f"then load {run / 'exports' / 'onnx'}",
                    file=folder,
                )
            if len(found) > 1:
                raise BaseError(
                    f"there must be one network *_{name}.onnx, not {len(found)}",
                    cure="export the voice again: ffvits export RUN --to onnx",
                    file=folder,
                )
            try:
                # From memory: onnxruntime cannot open every name on every system.
                network = found[0].read_bytes()
                sessions[name] = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
                hashes.update(network)
            except damaged as error:
                raise BaseError(
                    f"this network cannot be read: {error}",
                    cure="export the voice again: ffvits export RUN --to onnx",
                    file=found[0],
                ) from error
        try:
            return cls(sessions, hashes.hexdigest())
        except (KeyError, ValueError) as error:
            raise BaseError(
                f"these networks do not say what ffvits must know of them ({error})",
                cure="export the voice again: ffvits export RUN --to onnx",
                file=folder,
            ) from error

    def speaker(self, row: int | None) -> np.ndarray | None:
        import numpy as np

        if row is None:
            return None
        return self._run("emb", sid=np.asarray([row], np.int64))[0][:, :, None]

    def encode(self, ids: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        return tuple(self._run("enc_p", x=ids, x_lengths=lengths))

    def log_frames(self, hidden: np.ndarray, mask: np.ndarray, noise: np.ndarray, g: np.ndarray | None) -> np.ndarray:
        return self._run("dp", x=hidden, x_mask=mask, zin=noise, g=g)[0]

    def flow(self, z_p: np.ndarray, mask: np.ndarray, g: np.ndarray | None) -> np.ndarray:
        return self._run("flow", z_p=z_p, y_mask=mask, g=g)[0]

    def decode(
        self, z: np.ndarray, g: np.ndarray | None, before: int, after: int, mask: np.ndarray | None = None
    ) -> np.ndarray:
        import numpy as np

        sides = {"before": np.asarray(before, np.int64), "after": np.asarray(after, np.int64)}
        return self._run("dec", z_in=z, g=g, **sides)[0][:, 0]

    def _run(self, name: str, **inputs: Any) -> list[np.ndarray]:
        return self._sessions[name].run(None, {key: value for key, value in inputs.items() if value is not None})


def threads() -> int:
    """How many threads one network may use: OMP_NUM_THREADS where it is set, as torch does, and of a container what it
    was given; 0 leaves the choice to onnxruntime, which counts the cores of the machine."""
    import os

    wanted, ours = os.environ.get("OMP_NUM_THREADS", ""), cores()
    return int(wanted) if wanted.isdigit() else ours if ours < (os.cpu_count() or 1) else 0
