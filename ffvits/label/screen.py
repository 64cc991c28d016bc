"""Sixth stage."""
def screen(clips, run, settings, *, device="cpu", offline=False):
    yield from clips
