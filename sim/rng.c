/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random streams.
 *
 * Generator: xoshiro256++ 1.0 (D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47,
 * 2021; https://prng.di.unimi.it/xoshiro256plusplus.c). Seeding: SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast
 * splittable pseudorandom number generators", OOPSLA 2014), as its authors advise, from XXH3-64 of the stream's name.
 *
 * Invariants: the state is never all zero (xoshiro's only fixed point); equal names give equal streams on every
 * machine, since the hash is of bytes in a fixed order. Two of the few thousand streams of a run collide with
 * probability below 1e-12 (birthday bound on 64 bits). */
#include "sim/rng.h"

#include "sim/base.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

_Static_assert(sizeof(unsigned long) == sizeof(uint64_t), "gsl_rng_get hands out 64 bits");

static uint64_t splitmix64(uint64_t *state)
{
    *state += 0x9E3779B97F4A7C15U;
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

static void seed_state(uint64_t state[4], uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        state[i] = splitmix64(&seed);
    /* SplitMix64 is a bijection of its counter: of four outputs in a row one at most is zero. */
    sim_assert((state[0] | state[1] | state[2] | state[3]) != 0);
}

/* GSL hands back the pointer of gsl_rng.state: here the state words of a struct sim_rng, or those GSL allocated. */
static uint64_t next_of_state(uint64_t *s)
{
    struct sim_rng copy;
    memcpy(copy.state, s, sizeof copy.state);
    uint64_t result = sim_rng_next(&copy);
    memcpy(s, copy.state, sizeof copy.state);
    return result;
}

static void gsl_set(void *state, unsigned long seed)
{
    seed_state(state, seed);
}

static unsigned long gsl_get(void *state)
{
    return next_of_state(state);
}

static double gsl_get_double(void *state)
{
    return (double)(next_of_state(state) >> 11) * 0x1.0p-53;
}

static const gsl_rng_type XOSHIRO256PP = {
    .name = "xoshiro256++",
    .max = UINT64_MAX,
    .min = 0,
    .size = 4 * sizeof(uint64_t),
    .set = gsl_set,
    .get = gsl_get,
    .get_double = gsl_get_double,
};

const gsl_rng_type *const sim_rng_type = &XOSHIRO256PP;

void sim_rng_init(struct sim_rng *rng, uint64_t seed, const char *node, const char *purpose)
{
    size_t node_length = strlen(node);
    size_t purpose_length = strlen(purpose);
    size_t length = 8 + node_length + 1 + purpose_length;
    unsigned char *name = sim_xmalloc(length);
    for (unsigned i = 0; i < 8; i++)
        name[i] = (unsigned char)(seed >> (8 * i));
    memcpy(name + 8, node, node_length);
    name[8 + node_length] = 0;
    memcpy(name + 8 + node_length + 1, purpose, purpose_length);
    seed_state(rng->state, XXH3_64bits(name, length));
    free(name);
    rng->gsl = (gsl_rng){.type = sim_rng_type, .state = rng->state};
}
