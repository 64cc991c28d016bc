/* Monotonic alignment search in C.
 *
 * Let best(y, x) be the score of the best path that ends in frame y at symbol x. A path either stays with its symbol
 * or moves on to the next one with each frame:
 *
 *     best(y, x) = max(best(y - 1, x), best(y - 1, x - 1)) + score(y, x)
 *
 * Row y depends on row y - 1 alone, so all symbols of a row can be computed at once. Only the choice is remembered,
 * not the sums: one bit per cell (a byte in the plain loop) says whether the path that ends there moved. Ties stay.
 * Every kernel below does the same float32 operations in the same order, so all of them find the same paths.
 *
 * Cells outside the band x <= y, x >= n_text - (n_spec - y) lie on no complete path. Where it is cheaper to compute
 * than to skip them they hold anything; no cell of the band takes its value from them but across the diagonal, where
 * they are minus infinity.
 */
#ifndef MONOTONIC_ALIGN_CORE_H
#define MONOTONIC_ALIGN_CORE_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(_MSC_VER)
#define RESTRICT __restrict
#else
#define RESTRICT restrict
#endif

/* One recording: n_spec rows of scores, `stride` floats apart, of which n_text count. Nothing may be read at `end`. */
typedef struct {
    const float *score;
    const float *end;
    ptrdiff_t stride, n_spec, n_text;
} recording;

/* What a kernel needs beside its input, large enough for every recording of the batch. */
typedef struct {
    float *sums;        /* plain: two rows of n_text + 1 floats; tiled: n_spec floats */
    uint8_t *moved;     /* n_spec rows of choices */
    ptrdiff_t row;      /* bytes of one row of choices */
} workspace;

/* ---- plain C, vectorised by the compiler where it can ---- */

static void plain_row(const float *RESTRICT before, const float *RESTRICT score, float *RESTRICT now,
                      uint8_t *RESTRICT moved, ptrdiff_t first, ptrdiff_t last) {
    for (ptrdiff_t x = first; x < last; x++) {
        const float stay = before[x], move = before[x - 1];
        moved[x] = move > stay;
        now[x] = (move > stay ? move : stay) + score[x];
    }
}

static void plain_forward(const recording *r, const workspace *w) {
    float *before = w->sums + 1, *now = before + r->n_text + 1;
    before[-1] = now[-1] = -INFINITY;
    before[0] = r->score[0];
    for (ptrdiff_t y = 1; y < r->n_spec; y++) {
        const ptrdiff_t least = r->n_text - (r->n_spec - y);
        if (y < r->n_text) before[y] = -INFINITY;
        plain_row(before, r->score + y * r->stride, now, w->moved + y * w->row, least > 0 ? least : 0,
                  y + 1 < r->n_text ? y + 1 : r->n_text);
        float *swap = before;
        before = now;
        now = swap;
    }
}

static int plain_choice(const uint8_t *row, ptrdiff_t x) { return row[x]; }
static int tiled_choice(const uint8_t *row, ptrdiff_t x) { return row[x >> 3] >> (x & 7) & 1; }

/* ---- x86-64: a tile of columns stays in registers while it walks down all rows ---- */

/* MinGW does not align the stack for wide registers, and MSVC has no per-function target: both use plain C. */
#if defined(__GNUC__) && defined(__x86_64__) && !defined(_WIN32)
#define HAS_TILES 1
#include <immintrin.h>

#define NAME(word) avx2_##word
#define TARGET __attribute__((target("avx2")))
#define LANES 8
#define VECTOR __m256
#define CHOICES uint8_t
#define SPLAT(value) _mm256_set1_ps(value)
#define LOAD(from) _mm256_loadu_ps(from)
#define ADD(a, b) _mm256_add_ps(a, b)
#define MAX(a, b) _mm256_max_ps(a, b)
#define GREATER(a, b) ((uint8_t)_mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_GT_OQ)))
#define LAST_THEN(left, here)                                                                                       \
    _mm256_castsi256_ps(_mm256_alignr_epi8(                                                                         \
        _mm256_castps_si256(here), _mm256_castps_si256(_mm256_permute2f128_ps(left, here, 0x21)), 12))
#include "_tile.h"

#define NAME(word) avx512_##word
#define TARGET __attribute__((target("avx512f")))
#define LANES 16
#define VECTOR __m512
#define CHOICES uint16_t
#define SPLAT(value) _mm512_set1_ps(value)
#define LOAD(from) _mm512_loadu_ps(from)
#define ADD(a, b) _mm512_add_ps(a, b)
#define MAX(a, b) _mm512_max_ps(a, b)
#define GREATER(a, b) ((uint16_t)_mm512_cmp_ps_mask(a, b, _CMP_GT_OQ))
#define LAST_THEN(left, here)                                                                                       \
    _mm512_castsi512_ps(_mm512_alignr_epi32(_mm512_castps_si512(here), _mm512_castps_si512(left), 15))
#include "_tile.h"
#endif

/* ---- the kernels by number, and the batch ---- */

enum { PLAIN, AVX2, AVX512, KERNELS };

static const char *const kernel_names[KERNELS] = {"plain", "avx2", "avx512"};

static int kernel_runs(int kernel) {
#ifdef HAS_TILES
    if (kernel == AVX2) return __builtin_cpu_supports("avx2") != 0;
    if (kernel == AVX512) return __builtin_cpu_supports("avx512f") != 0;
#endif
    return kernel == PLAIN;
}

static void forward(int kernel, const recording *r, const workspace *w) {
#ifdef HAS_TILES
    if (kernel == AVX512) { avx512_forward(r, w); return; }
    if (kernel == AVX2) { avx2_forward(r, w); return; }
#endif
    plain_forward(r, w);
}

/* Follows the choices from the last cell back and writes 1 where the path goes. */
static void write_path(const recording *r, const workspace *w, int (*choice)(const uint8_t *, ptrdiff_t), float *path) {
    ptrdiff_t x = r->n_text - 1;
    for (ptrdiff_t y = r->n_spec - 1; y >= 0; y--) {
        path[y * r->stride + x] = 1;
        /* On the diagonal there is no frame to spare: every frame must move, whatever was chosen. */
        if (x > 0) x -= (x == y) | choice(w->moved + y * w->row, x);
    }
}

/* One edge of the rectangle that a mask [n_batch, rows, columns] marks: where each recording's begins, and how far apart
 * its cells are, both in floats. */
typedef struct {
    const float *first;
    ptrdiff_t next_item, next_cell;
} edge;

/* How many cells of an edge are set. By halving: reading them all would fetch a line of memory for each frame. */
static ptrdiff_t extent(const edge *e, ptrdiff_t item, ptrdiff_t size) {
    ptrdiff_t least = 0;
    while (least < size) {
        const ptrdiff_t middle = least + (size - least) / 2;
        if (e->first[item * e->next_item + middle * e->next_cell] != 0) least = middle + 1;
        else size = middle;
    }
    return least;
}

/* Fills `path` with 0 and 1 for a batch of contiguous [n_batch, rows, columns]; a recording without symbols or with more
 * symbols than frames gets zeros. Returns 0 if there is no memory. */
static int fill(int kernel, const float *score, float *path, ptrdiff_t n_batch, ptrdiff_t rows, ptrdiff_t columns,
                edge frames, edge symbols) {
    /* A tile of 12 * 16 columns may begin at the last one. */
    const size_t padded = ((size_t)columns + 255) / 256 * 256 + 256;
    const ptrdiff_t cells = rows * columns;
    workspace w = {NULL, NULL, (ptrdiff_t)(kernel == PLAIN ? padded : padded / 8)};
    w.sums = malloc((2 * padded + (size_t)rows) * sizeof(float));
    w.moved = malloc((size_t)w.row * (size_t)rows + 1);
    const int enough = w.sums != NULL && w.moved != NULL;
    for (ptrdiff_t i = 0; enough && i < n_batch; i++) {
        memset(path + i * cells, 0, (size_t)cells * sizeof(float));
        const ptrdiff_t n_spec = extent(&frames, i, rows), n_text = extent(&symbols, i, columns);
        if (n_text < 1 || n_text > n_spec) continue;
        const recording r = {score + i * cells, score + n_batch * cells, columns, n_spec, n_text};
        forward(kernel, &r, &w);
        if (kernel == PLAIN) write_path(&r, &w, plain_choice, path + i * cells);
        else write_path(&r, &w, tiled_choice, path + i * cells);
    }
    free(w.sums);
    free(w.moved);
    return enough;
}

#endif
