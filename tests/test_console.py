"""What a person sees at a terminal."""

import io

from rich.console import Console

from ffvits import console
from ffvits.cli import main


def test_a_piece_of_work_may_have_smaller_ones_with_bars_of_their_own(monkeypatch):
    screen = io.StringIO()
    terminal = Console(file=screen, force_terminal=True, width=80)
    monkeypatch.setattr(console, "_output", console._Output(_rich=terminal))
    with console.progress("Labelling", total=2) as whole:
        with console.progress("Fetching", total=4, unit="B") as part:
            part.advance()
        whole.advance()
    assert "Labelling" in screen.getvalue() and "Fetching" in screen.getvalue()


def test_a_quiet_command_silences_the_program_that_called_it_no_longer(capsys):
    assert main(["bases", "--json", "--quiet"]) == 0
    console.info("又能说话了")
    assert "又能说话了" in capsys.readouterr().err
