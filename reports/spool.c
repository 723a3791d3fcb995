/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* mkostemp */
#include "reports/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BYTES_A_BUCKET = 20 };

/* ---- buckets ---- */

static size_t put_number(unsigned char *at, uint64_t number)
{
    size_t length = 0;
    do {
        unsigned char low = number & 0x7f;
        number >>= 7;
        at[length++] = number == 0 ? low : (unsigned char)(low | 0x80);
    } while (number != 0);
    return length;
}

size_t spool_encode(const struct sim_hist *hist, unsigned char *room)
{
    size_t length = 0;
    uint32_t before = 0;
    for (uint32_t row = 0; row < SIM_HIST_ROWS; row++) {
        for (uint32_t column = 0; hist->rows[row] != NULL && column < SIM_HIST_SUB; column++) {
            uint64_t count = hist->rows[row][column];
            if (count == 0)
                continue;
            uint32_t bucket = row * SIM_HIST_SUB + column;
            length += put_number(room + length, bucket - before);
            length += put_number(room + length, count);
            before = bucket;
        }
    }
    return length;
}

static bool get_number(const unsigned char **at, const unsigned char *end, uint64_t *number)
{
    *number = 0;
    for (unsigned shift = 0; shift < 64 && *at < end; shift += 7) {
        unsigned char byte = *(*at)++;
        *number |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            return true;
    }
    return false;
}

bool spool_decode(const unsigned char *bytes, size_t length,
                  void (*each)(void *context, uint32_t bucket, uint64_t count), void *context)
{
    const unsigned char *end = bytes + length;
    uint64_t bucket = 0;
    while (bytes < end) {
        uint64_t step = 0;
        uint64_t count = 0;
        if (!get_number(&bytes, end, &step) || !get_number(&bytes, end, &count))
            return false;
        bucket += step;
        if (bucket >= (uint64_t)SIM_HIST_ROWS * SIM_HIST_SUB)
            return false;
        each(context, (uint32_t)bucket, count);
    }
    return true;
}

/* ---- writing ---- */

static void write_bytes(struct spool *spool, const void *bytes, size_t count)
{
    if (spool->failed || fwrite(bytes, 1, count, spool->file) == count)
        return;
    spool->failed = true;
    spool->error = errno;
}

static int64_t narrow(sim_wide wide)
{
    return wide > INT64_MAX ? INT64_MAX : (int64_t)wide;
}

static void write_histogram(struct spool *spool, struct spool_point *point, const struct sim_hist *hist)
{
    size_t needed = (size_t)hist->touched_count * BYTES_A_BUCKET;
    if (needed > spool->room_size) {
        spool->room_size = needed * 2;
        spool->room = sim_xrealloc(spool->room, spool->room_size);
    }
    point->count = (int64_t)hist->count;
    point->low = hist->min;
    point->high = hist->max;
    point->sum = narrow(hist->sum);
    point->p50 = sim_hist_percentile(hist, 50);
    point->p95 = sim_hist_percentile(hist, 95);
    point->p99 = sim_hist_percentile(hist, 99);
    point->bytes = (uint32_t)spool_encode(hist, spool->room);
    write_bytes(spool, point, sizeof *point);
    write_bytes(spool, spool->room, point->bytes);
}

static void take_window(void *context, sim_ns from, sim_ns to, const struct sim_sample *samples)
{
    struct spool *spool = context;
    const struct sim *sim = spool->sim;
    for (uint32_t i = 0; i < sim->instrument_count; i++) {
        const struct sim_sample *sample = &samples[i];
        struct spool_point point;
        if (sample->hist != NULL ? sample->hist->count == 0 : sample->count == 0)
            continue;
        memset(&point, 0, sizeof point);
        point.instrument = i;
        point.t = from;
        point.length = to - from;
        if (sample->hist != NULL) {
            write_histogram(spool, &point, sample->hist);
            continue;
        }
        point.count = sample->count;
        point.low = sample->low;
        point.high = sample->high;
        point.last = sample->last;
        point.mean = (double)sample->integral / (double)(to - from);
        write_bytes(spool, &point, sizeof point);
    }
}

/* tmpfile() knows /tmp alone. */
FILE *spool_open_file(void)
{
    const char *folder = getenv("TMPDIR");
    char path[PATH_MAX];
    if (folder == NULL || folder[0] == '\0')
        folder = "/tmp";
    if (snprintf(path, sizeof path, "%s/simex-XXXXXX", folder) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    int descriptor = mkostemp(path, O_CLOEXEC);
    if (descriptor < 0)
        return NULL;
    (void)unlink(path);
    FILE *file = fdopen(descriptor, "w+");
    if (file == NULL)
        (void)close(descriptor);
    return file;
}

bool spool_init(struct spool *spool, struct sim *sim, sim_ns window)
{
    *spool = (struct spool){.file = spool_open_file(), .sim = sim};
    if (spool->file == NULL)
        return false;
    sim_set_sink(sim, window, (struct sim_sink){take_window, spool});
    return true;
}

void spool_fini(struct spool *spool)
{
    if (spool->file != NULL)
        (void)fclose(spool->file);
    free(spool->room);
    *spool = (struct spool){0};
}

/* ---- reading ---- */

bool spool_rewind(struct spool *spool)
{
    if (!spool->failed && (fflush(spool->file) != 0 || fseek(spool->file, 0, SEEK_SET) != 0)) {
        spool->failed = true;
        spool->error = errno;
    }
    return !spool->failed;
}

bool spool_next(struct spool *spool, struct spool_point *point, const unsigned char **buckets)
{
    if (spool->failed || fread(point, sizeof *point, 1, spool->file) != 1)
        return false;
    *buckets = spool->room;
    if (point->bytes == 0)
        return true;
    if (point->bytes <= spool->room_size && fread(spool->room, 1, point->bytes, spool->file) == point->bytes)
        return true;
    spool->failed = true;
    spool->error = EIO;
    return false;
}
