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


def test_a_path_is_told_as_a_shell_takes_it(monkeypatch):
    paths = ["runs/派蒙", "runs/my voice", "runs/it's", "C:\\声音\\a (1)"]
    posix = ["runs/派蒙", "'runs/my voice'", """'runs/it'"'"'s'""", "'C:\\声音\\a (1)'"]
    for system, typed in (("posix", posix), ("nt", [paths[0], '"runs/my voice"', '"runs/it\'s"', f'"{paths[3]}"'])):
        with monkeypatch.context() as patched:
            patched.setattr(console.os, "name", system)
            told = [console.typed(path) for path in paths]
        assert told == typed
