/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random streams: xoshiro256++ (Blackman and Vigna, 2021) behind a gsl_rng_type of our own, so that GSL's
 * distributions draw from it. One stream per (seed, name of a node, purpose): its state comes from a hash of these
 * three alone, so that adding a node, or drawing once more from one stream, shifts no other. */
#ifndef SIM_RNG_H
#define SIM_RNG_H

#include <gsl/gsl_rng.h>
#include <stdbool.h>
#include <stdint.h>

struct sim_rng {
    gsl_rng gsl; /* what GSL sees: type and a pointer to `state` below; valid after sim_rng_init */
    uint64_t state[4];
};

/* The generator as GSL knows it: name "xoshiro256++", get in [0, 2^64), get_double in [0, 1) with 53 bits. Seeding it
 * with gsl_rng_set(r, s) runs s through SplitMix64. */
extern const gsl_rng_type *const sim_rng_type;

/* Sets a stream to its start. XXH3-64 of (seed as 8 little-endian bytes, node, 0, purpose) seeds SplitMix64, whose
 * first four outputs are the state. The struct must not be moved afterwards (gsl points into it). */
void sim_rng_init(struct sim_rng *rng, uint64_t seed, const char *node, const char *purpose);

/* Next 64 bits. */
static inline uint64_t sim_rng_next(struct sim_rng *rng)
{
    uint64_t *s = rng->state;
    uint64_t sum = s[0] + s[3];
    uint64_t result = ((sum << 23) | (sum >> 41)) + s[0];
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = (s[3] << 45) | (s[3] >> 19);
    return result;
}

/* Uniform in [0, 1), 53 bits. */
static inline double sim_rng_uniform(struct sim_rng *rng)
{
    return (double)(sim_rng_next(rng) >> 11) * 0x1.0p-53;
}

/* True with the given probability (0: never, 1: always). Always draws exactly once. */
static inline bool sim_rng_chance(struct sim_rng *rng, double probability)
{
    return sim_rng_uniform(rng) < probability;
}

#endif
