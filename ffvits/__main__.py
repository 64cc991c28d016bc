"""`python -m ffvits` is the command `ffvits`."""

from ffvits.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
