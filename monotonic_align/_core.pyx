"""The aligner in C: see _core.h for how it works. This file checks the arrays and lets go of the interpreter."""

from libc.stddef cimport ptrdiff_t


cdef extern from "_core.h" nogil:
    ctypedef struct edge:
        const float *first
        ptrdiff_t next_item, next_cell

    int KERNELS
    const char *kernel_names[]
    int kernel_runs(int kernel)
    int fill(int kernel, const float *score, float *path, ptrdiff_t n_batch, ptrdiff_t rows, ptrdiff_t columns,
             edge frames, edge symbols)


def kernels():
    """The names of the kernels that this processor can run, the quickest last."""
    return [kernel_names[i].decode() for i in range(KERNELS) if kernel_runs(i)]


def fill_paths(const float[:, :, ::1] score, const float[:, :] frames, const float[:, :] symbols,
               float[:, :, ::1] path, str kernel=None):
    """Writes the best path of each item into `path`; an item without any path gets zeros.

    score and path float32 [B, T_spec, T_text]; frames [B, T_spec] and symbols [B, T_text] float32, 0 where there is
    only padding, which must be at the end.
    """
    cdef ptrdiff_t n_batch = score.shape[0], rows = score.shape[1], columns = score.shape[2]
    if (path.shape[0], path.shape[1], path.shape[2]) != (n_batch, rows, columns):
        raise ValueError("score and path must have the same shape")
    if (frames.shape[0], frames.shape[1]) != (n_batch, rows):
        raise ValueError("frames must be [B, T_spec]")
    if (symbols.shape[0], symbols.shape[1]) != (n_batch, columns):
        raise ValueError("symbols must be [B, T_text]")
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
    cdef edge side, top
    side.first, top.first = &frames[0, 0], &symbols[0, 0]
    side.next_item, top.next_item = frames.strides[0] // sizeof(float), symbols.strides[0] // sizeof(float)
    side.next_cell, top.next_cell = frames.strides[1] // sizeof(float), symbols.strides[1] // sizeof(float)
    with nogil:
        enough = fill(chosen, &score[0, 0, 0], &path[0, 0, 0], n_batch, rows, columns, side, top)
    if not enough:
        raise MemoryError
