"""How the packages are installed that only some of what ffvits does needs: the extras of pyproject.toml."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def install(extra: str, *, newer: bool = False) -> str:
    """The command that installs an extra: of the checkout that ffvits runs from, or else from the registry.

    `newer` has its packages replaced where they are there and too old, or damaged.
    """
    command = "pip install -U" if newer else "pip install"
    checkout = _PACKAGE.parent
    if (checkout / "pyproject.toml").is_file():  # which no wheel lays beside the package
        return f'{command} -e "{checkout}[{extra}]"'
    return f'{command} "ffvits[{extra}]"'
