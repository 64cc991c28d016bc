# cython: boundscheck=False, wraparound=False
"""The classic search, the yardstick of mas.py: row by row, sums kept in a volume of scores, int32 paths."""


cdef void search(int[:, ::1] path, float[:, ::1] sums, int n_spec, int n_text) noexcept nogil:
    cdef float nothing = -1e9, stay, move
    cdef int y, x, at = n_text - 1
    for y in range(n_spec):
        for x in range(max(0, n_text - (n_spec - y)), min(n_text, y + 1)):
            if x == y:
                stay = nothing
            else:
                stay = sums[y - 1, x]
            if x > 0:
                move = sums[y - 1, x - 1]
            elif y == 0:
                move = 0
            else:
                move = nothing
            sums[y, x] += max(move, stay)
    for y in range(n_spec - 1, -1, -1):
        path[y, at] = 1
        if at != 0 and (at == y or sums[y - 1, at] < sums[y - 1, at - 1]):
            at -= 1


def search_batch(int[:, :, ::1] paths, float[:, :, ::1] sums, int[::1] spec_lengths, int[::1] text_lengths):
    cdef int i
    with nogil:
        for i in range(paths.shape[0]):
            search(paths[i], sums[i], spec_lengths[i], text_lengths[i])
