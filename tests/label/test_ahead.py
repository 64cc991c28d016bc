"""Working ahead changes nothing but the time: order, errors, early stops."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from ffvits.device import cores
from ffvits.errors import AudioError
from ffvits.label.ahead import ahead


def test_the_same_items_in_the_same_order():
    assert list(ahead(range(1000), size=3)) == list(range(1000))
    assert list(ahead([])) == []


def test_only_so_many_are_made_ahead():
    made = []
    taken = ahead((made.append(number) or number for number in range(100)), size=4)
    for number in range(50):
        assert next(taken) == number
        assert len(made) <= number + 1 + 4 + 2  # taken, waiting, and one in the maker's hand
    taken.close()


def test_a_maker_takes_its_share_of_the_processor_and_nobody_elses():
    before, wanted = torch.get_num_threads(), cores() + 3
    torch.set_num_threads(wanted)

    def label() -> tuple[list[int], int]:
        made = list(ahead(ahead(torch.get_num_threads() for _ in range(2))))
        return made, torch.get_num_threads()

    try:
        with ThreadPoolExecutor(1) as fresh:  # a thread that has not asked torch for anything yet
            assert fresh.submit(label).result() == ([max(1, cores() // 3)] * 2, wanted)
        with ThreadPoolExecutor(1) as later:
            assert later.submit(torch.get_num_threads).result() == wanted
    finally:
        torch.set_num_threads(before)


def test_an_error_comes_after_what_was_made_before_it():
    def maker():
        yield 1
        yield 2
        raise AudioError("broken", cure="mend it", file="a.wav")

    taken = ahead(maker())
    assert [next(taken), next(taken)] == [1, 2]
    with pytest.raises(AudioError, match="broken"):
        next(taken)


def test_a_consumer_that_stops_stops_the_maker():
    closed = threading.Event()

    def maker():
        try:
            yield from range(10**9)
        finally:
            closed.set()

    taken = ahead(maker(), size=2)
    next(taken)
    taken.close()
    assert closed.is_set()
    assert not any(thread.name.startswith("ahead") for thread in threading.enumerate())


def test_the_maker_works_while_the_consumer_waits():
    """Two that wait for each other's signal could not both go on if they took turns."""
    first, second = threading.Event(), threading.Event()

    def maker():
        yield "a"
        first.set()
        assert second.wait(30)
        yield "b"

    taken = ahead(maker())
    assert next(taken) == "a"
    assert first.wait(30)
    second.set()
    assert next(taken) == "b"
