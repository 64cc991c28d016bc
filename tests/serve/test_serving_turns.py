"""Everybody gets a turn: bounded, fair, and a place is given back however a request ends."""

import asyncio
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ffvits.errors import ServeError
from ffvits.serve.turns import Turns


@contextmanager
def open_turns(**options) -> Iterator[Turns]:
    turns = Turns(**{"workers": 1, "threads": 1, "places": 4, **options})
    turns.start()
    try:
        yield turns
    finally:
        turns.close()


def one(piece, after=None):
    """A request of one piece, made when the event comes."""
    if after is not None:
        after.wait(60)
    yield piece


def said(turn, patience=60.0):
    async def everything():
        pieces = []
        while (piece := await turn.next(patience)) is not None:
            pieces.append(piece)
        return pieces

    return everything()


async def until(condition):
    for _ in range(12_000):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not come about")


def test_a_short_text_does_not_wait_for_a_long_one():
    order = []

    def speak(name, count):
        for number in range(count):
            order.append(name)
            yield f"{name}{number}".encode()

    async def main():
        with open_turns(slice=0.0) as turns:
            held = threading.Event()
            blocker = turns.enter(one(b"", held))  # so that both are waiting when it goes on
            long, short = turns.enter(speak("long", 50)), turns.enter(speak("short", 2))
            held.set()
            blocker.cancel()
            return await asyncio.gather(said(long), said(short))

    long, short = asyncio.run(main())
    assert long == [f"long{n}".encode() for n in range(50)] and short == [b"short0", b"short1"]
    assert order.index("short") <= 2 and "short" not in order[5:]


def test_what_is_short_is_said_whole_before_the_next_one():
    order = []

    def speak(name):
        for _ in range(5):
            order.append(name)
            yield b"x"

    async def main():
        with open_turns() as turns:
            held = threading.Event()
            blocker = turns.enter(one(b"", held))
            waiting = [turns.enter(speak(name)) for name in "abc"]
            held.set()
            await asyncio.gather(said(blocker), *map(said, waiting))

    asyncio.run(main())
    assert order == [*"aaaaabbbbbccccc"]


def test_one_too_many_is_refused_and_let_in_later():
    async def main():
        with open_turns(places=2) as turns:
            go = threading.Event()

            first = [turns.enter(one(b"x", go)) for _ in range(2)]
            with pytest.raises(ServeError) as caught:
                turns.enter(one(b"x", go))
            assert caught.value.status == 429
            go.set()
            assert [await said(turn) for turn in first] == [[b"x"], [b"x"]]
            await until(lambda: turns.taken == 0)
            assert await said(turns.enter(one(b"y"))) == [b"y"]

    asyncio.run(main())


def test_requests_are_spoken_without_torch(monkeypatch):
    """Where voices in ONNX are served it may be left out."""
    monkeypatch.setitem(sys.modules, "torch", None)

    async def main():
        with open_turns() as turns:
            assert await said(turns.enter(one(b"x"))) == [b"x"]

    asyncio.run(main())


def test_what_goes_wrong_is_told_to_the_one_who_asked():
    async def main():
        with open_turns() as turns:

            def broken():
                yield b"a"
                raise ValueError("broken")

            turn = turns.enter(broken())
            assert await turn.next(60) == b"a"
            with pytest.raises(ValueError, match="broken"):
                await turn.next(60)
            await until(lambda: turns.taken == 0)

    asyncio.run(main())


def test_what_takes_too_long_is_a_timeout():
    async def main():
        with open_turns() as turns:
            go = threading.Event()
            turn = turns.enter(one(b"x", go))
            with pytest.raises(ServeError) as caught:
                await turn.next(0.02)
            assert caught.value.status == 504
            turn.cancel()
            go.set()
            await until(lambda: turns.taken == 0)

    asyncio.run(main())


def test_nothing_is_made_far_ahead_of_a_slow_client_and_all_of_it_arrives():
    made = []

    def speak():
        for number in range(30):
            made.append(number)
            yield bytes([number])

    async def main():
        with open_turns() as turns:
            turn = turns.enter(speak(), ahead=3)
            await until(lambda: turn.resting)
            assert len(made) == 3
            assert b"".join(await said(turn)) == bytes(range(30))

    asyncio.run(main())


@pytest.mark.parametrize("ahead", [None, 2])
def test_a_client_that_leaves_gives_its_place_back(ahead):
    closed = threading.Event()

    def endless():
        try:
            while True:
                yield b"x"
        finally:
            closed.set()

    async def main():
        with open_turns(places=1) as turns:
            turn = turns.enter(endless(), ahead=ahead)
            await turn.next(60)
            turn.cancel()
            turn.cancel()
            await until(lambda: turns.taken == 0)
            assert closed.is_set()
            assert await said(turns.enter(one(b"y"))) == [b"y"]

    asyncio.run(main())


def test_a_request_that_cannot_be_closed_costs_neither_its_place_nor_its_worker():
    def stubborn():
        try:
            while True:
                yield b"x"
        finally:
            raise ValueError("the file cannot be ended")

    async def main():
        with open_turns() as turns:
            turn = turns.enter(stubborn(), ahead=2)
            await until(lambda: turn.resting)
            turn.cancel()
            assert turns.taken == 0
            busy = turns.enter(stubborn())
            assert await busy.next(60) == b"x"
            busy.cancel()
            await until(lambda: turns.taken == 0)
            assert await said(turns.enter(one(b"y"))) == [b"y"]

    asyncio.run(main())
