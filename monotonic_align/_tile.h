/* The forward pass in vector registers; _core.h includes this once for each instruction set, after defining
 *
 *   NAME(word), TARGET             how this copy is called and what it is compiled for
 *   VECTOR, LANES, CHOICES         the register, its floats, and an integer with one bit for each of them
 *   SPLAT, LOAD, ADD, MAX          as their names say; MAX gives its second operand where one is not a number
 *   GREATER(a, b)                  bit i is set where a > b in lane i
 *   LAST_THEN(left, here)          the last lane of `left`, then all but the last lane of `here`
 */

/* Walks `width` vectors of columns, from column x0, down all rows. w->sums[y] holds the sum of column x0 - 1 in row y,
 * and afterwards that of this tile's last column. */
TARGET static inline __attribute__((always_inline)) void NAME(tile)(const recording *r, const workspace *w,
                                                                    ptrdiff_t x0, const int width) {
    const ptrdiff_t columns = width * LANES;
    const ptrdiff_t first = x0 > 0 ? x0 : 1;
    /* Below this row every column of the tile has left the band. */
    const ptrdiff_t past = r->n_spec - r->n_text + x0 + columns;
    const ptrdiff_t last = past < r->n_spec ? past : r->n_spec;
    float lanes[12 * LANES];
    VECTOR sums[12];
    for (int i = 0; i < columns; i++) lanes[i] = -INFINITY;
    if (x0 == 0) lanes[0] = r->score[0];
    for (int i = 0; i < width; i++) sums[i] = LOAD(lanes + i * LANES);

    float corner = w->sums[first - 1];
    for (ptrdiff_t y = first; y < last; y++) {
        const float *score = r->score + y * r->stride + x0;
        if (r->end - score < columns) {
            /* A tile may reach beyond the row, into the next one; beyond the last it must not. */
            memcpy(lanes, score, (size_t)(r->end - score) * sizeof(float));
            score = lanes;
        }
        uint8_t *moved = w->moved + y * w->row + x0 / 8;
        VECTOR left = SPLAT(corner);
        corner = w->sums[y];
#pragma GCC unroll 12
        for (int i = 0; i < width; i++) {
            const VECTOR stay = sums[i], move = LAST_THEN(left, stay);
            const CHOICES choices = GREATER(move, stay);
            memcpy(moved + i * sizeof(CHOICES), &choices, sizeof(CHOICES));
            sums[i] = ADD(MAX(move, stay), LOAD(score + i * LANES));
            left = stay;
        }
        float edge[LANES];
        memcpy(edge, &sums[width - 1], sizeof(edge));
        w->sums[y] = edge[LANES - 1];
    }
}

TARGET static void NAME(forward)(const recording *r, const workspace *w) {
    for (ptrdiff_t y = 0; y < r->n_spec; y++) w->sums[y] = -INFINITY;
    for (ptrdiff_t x = 0; x < r->n_text;) {
        /* The widest tile that fits, or the narrowest that reaches its end; each width is compiled apart. */
        const ptrdiff_t left = (r->n_text - x + LANES - 1) / LANES;
        if (left > 8) { NAME(tile)(r, w, x, 12); x += 12 * LANES; }
        else if (left > 4) { NAME(tile)(r, w, x, 8); x += 8 * LANES; }
        else if (left > 2) { NAME(tile)(r, w, x, 4); x += 4 * LANES; }
        else { NAME(tile)(r, w, x, 2); x += 2 * LANES; }
    }
}

#undef NAME
#undef TARGET
#undef LANES
#undef VECTOR
#undef CHOICES
#undef SPLAT
#undef LOAD
#undef ADD
#undef MAX
#undef GREATER
#undef LAST_THEN
