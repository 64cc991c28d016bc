"""A finished voice in the formats of other programs: `ffvits export RUN --to …`."""

from ffvits.export.targets import PRECISIONS, TARGETS, Written, export

__all__ = ["PRECISIONS", "TARGETS", "Written", "export"]
