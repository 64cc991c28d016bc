import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def _one_thread():
    """Many small tensors: threads that wait for each other only cost time, above all on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
