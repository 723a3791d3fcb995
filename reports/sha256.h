/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA-256 (FIPS 180-4), for the policy of a page. */
#ifndef REPORTS_SHA256_H
#define REPORTS_SHA256_H

#include <stddef.h>

enum { SHA256_BYTES = 32 };

void sha256(const void *data, size_t length, unsigned char sum[SHA256_BYTES]);

#endif
