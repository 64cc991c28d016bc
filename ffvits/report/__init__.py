"""What happened in a run, in one HTML file that opens offline: sounds, pictures, curves, rejections."""

from ffvits.report.page import write_report

__all__ = ["write_report"]
