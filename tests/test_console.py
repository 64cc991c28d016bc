"""What a person sees at a terminal."""

import io

from rich.console import Console

from ffvits import console


def test_a_piece_of_work_may_have_smaller_ones_with_bars_of_their_own(monkeypatch):
    screen = io.StringIO()
    terminal = Console(file=screen, force_terminal=True, width=80)
    monkeypatch.setattr(console, "_output", console._Output(_rich=terminal))
    with console.progress("Labelling", total=2) as whole:
        with console.progress("Fetching", total=4, unit="B") as part:
            part.advance()
        whole.advance()
    assert "Labelling" in screen.getvalue() and "Fetching" in screen.getvalue()
