/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/command.h"

#include <stddef.h>

int worse_exit(int a, int b)
{
    static const int ranks[] = {EXIT_FINE,     EXIT_VERDICT,    EXIT_USAGE,      EXIT_BAD_SCENARIO,
                                EXIT_NO_INPUT, EXIT_MISSING,    EXIT_IO,         EXIT_CANT_CREATE,
                                EXIT_INTERNAL, EXIT_TERMINATED, EXIT_INTERRUPTED};
    for (size_t i = sizeof ranks / sizeof ranks[0]; i-- > 0;) {
        if (ranks[i] == a || ranks[i] == b)
            return ranks[i];
    }
    return a;
}
