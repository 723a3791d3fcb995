/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 9110 (200, 404, 500, 502, 503, 504), RFC 6585 (429); 499 is NGINX's for a client that left. */
#include "models/http.h"

int http_status(enum sim_status status)
{
    static const int codes[SIM_STATUSES] = {
        [SIM_OK] = 200,      [SIM_NOT_FOUND] = 404,   [SIM_LIMITED] = 429, [SIM_ERROR] = 500,
        [SIM_REFUSED] = 502, [SIM_UNAVAILABLE] = 503, [SIM_TIMEOUT] = 504, [SIM_CANCELLED] = 499};
    sim_assert((unsigned)status < SIM_STATUSES);
    return codes[status];
}

const char *const http_status_names[] = {"OK",          "NOT_FOUND", "LIMITED",   "ERROR", "REFUSED",
                                         "UNAVAILABLE", "TIMEOUT",   "CANCELLED", NULL};
const char *const http_status_numbers[] = {"200", "404", "429", "500", "502", "503", "504", "499", NULL};
