"""The aligner in C: see _core.h for how it works. This file checks the arrays and lets go of the interpreter."""

from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int64_t


cdef extern from "_core.h" nogil:
    int KERNELS
    const char *kernel_names[]
    int kernel_runs(int kernel)
    int fill(int kernel, const float *score, float *path, ptrdiff_t n_batch, ptrdiff_t rows, ptrdiff_t columns,
             const int64_t *spec_lengths, const int64_t *text_lengths)


def kernels():
    """The names of the kernels that this processor can run, the quickest last."""
    return [kernel_names[i].decode() for i in range(KERNELS) if kernel_runs(i)]


def fill_paths(const float[:, :, ::1] score, const int64_t[::1] spec_lengths, const int64_t[::1] text_lengths,
               float[:, :, ::1] path, str kernel=None):
    """Writes the best path of each item into `path`; an item without any path gets zeros.

    score float32 [B, T_spec, T_text]; spec_lengths, text_lengths int64 [B]; path float32 [B, T_spec, T_text].
    """
    cdef ptrdiff_t n_batch = score.shape[0], rows = score.shape[1], columns = score.shape[2]
    if (path.shape[0], path.shape[1], path.shape[2]) != (n_batch, rows, columns):
        raise ValueError("score and path must have the same shape")
    if spec_lengths.shape[0] != n_batch or text_lengths.shape[0] != n_batch:
        raise ValueError("there must be one length for each item")
    if n_batch == 0 or rows == 0 or columns == 0:
        return
    names = kernels()
    if kernel is not None and kernel not in names:
        raise ValueError(f"this processor cannot run the kernel {kernel!r}; it has {', '.join(names)}")
    cdef int chosen = 0
    for i in range(KERNELS):
        if kernel_names[i].decode() == (kernel or names[-1]):
            chosen = i
    cdef int enough
    with nogil:
        enough = fill(chosen, &score[0, 0, 0], &path[0, 0, 0], n_batch, rows, columns, &spec_lengths[0],
                      &text_lengths[0])
    if not enough:
        raise MemoryError
