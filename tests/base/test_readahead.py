"""A large file comes into the system's cache by itself; a small or lost one is left alone."""

import os
import threading

import pytest

from ffvits.base import readahead


def join() -> None:
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and thread.daemon:
            thread.join(30)


def cached(file: int, at: int) -> bool:
    """Whether the page there can be read without waiting for the disk."""
    try:
        return os.preadv(file, [bytearray(1)], at, os.RWF_NOWAIT) == 1
    except BlockingIOError:
        return False


@pytest.mark.skipif(not hasattr(os, "RWF_NOWAIT"), reason="only Linux tells what is in its cache")
def test_the_whole_file_is_in_the_cache_afterwards(tmp_path):
    path = tmp_path / "weights"
    size = readahead.WORTH_IT + 12345
    path.write_bytes(os.urandom(1 << 12) * (size >> 12) + b"\0" * (size & 4095))
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        places = range(4096, size, size // 50)
        try:
            there = sum(cached(file, at) for at in places)
        except OSError:
            pytest.skip("this file system does not tell")
        if there == len(places):
            pytest.skip("this file system is memory")
        readahead.read_ahead(path)
        join()
        assert all(cached(file, at) for at in places)
    finally:
        os.close(file)


def test_a_small_file_needs_no_thread_and_a_lost_one_is_no_error(tmp_path):
    path = tmp_path / "small"
    path.write_bytes(b"weights")
    before = threading.active_count()
    readahead.read_ahead(path)
    assert threading.active_count() == before
    readahead._read(tmp_path / "lost")
