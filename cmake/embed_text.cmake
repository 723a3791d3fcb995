# SPDX-License-Identifier: GPL-3.0-or-later
# cmake -D IN=schema.sql -D OUT=schema_sql.h -D NAME=schema_sql -P embed_text.cmake
# Writes a header with the text of IN as a C string.
file(READ ${IN} text)
string(REPLACE "\\" "\\\\" text "${text}")
string(REPLACE "\"" "\\\"" text "${text}")
string(REPLACE "\n" "\\n\"\n    \"" text "${text}")
file(WRITE ${OUT} "/* Written by CMake from ${NAME}. */\n#pragma GCC diagnostic ignored \"-Woverlength-strings\"\nstatic const char ${NAME}[] =\n    \"${text}\";\n")
