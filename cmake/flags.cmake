# SPDX-License-Identifier: GPL-3.0-or-later
# Flags of every file of simex.

# What the determinism contract (docs/determinism.md) asks of the compiler: no fused multiply-add, never -ffast-math.
# -fno-math-errno only lets sqrt() be one instruction; it changes no result.
add_compile_options(-std=gnu17 -ffp-contract=off -fno-math-errno)

add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wjump-misses-init)
endif()
if(SIMEX_WERROR)
    add_compile_options(-Werror)
endif()

if(SIMEX_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
    add_link_options(-fsanitize=address,undefined -fno-sanitize-recover=all)
endif()

if(SIMEX_SANITIZE)
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
    add_link_options(-fsanitize=address,undefined -fno-sanitize-recover=all)
endif()
