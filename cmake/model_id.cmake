# SPDX-License-Identifier: GPL-3.0-or-later
# Writes HEADER with SIMEX_MODEL_ID, a hash of the sources of sim/ and models/: equal for every compiler, build type
# and generator, different as soon as a model may behave differently. The same by hand, at the root of the tree:
#
#     LC_ALL=C ls sim/*.[ch] models/*.[ch] | xargs sha256sum | sha256sum | cut -c 1-16
#
# In: SOURCE_DIR, the root of the tree; NAMES, a file with the sorted names; HEADER, which is left alone when it would
# not change.
cmake_minimum_required(VERSION 3.25)

file(STRINGS ${NAMES} names)
set(sums "")
foreach(name IN LISTS names)
    file(SHA256 ${SOURCE_DIR}/${name} sum)
    string(APPEND sums "${sum}  ${name}\n")
endforeach()
string(SHA256 id "${sums}")
string(SUBSTRING ${id} 0 16 id)

file(CONFIGURE OUTPUT ${HEADER} @ONLY CONTENT [=[
/* Written by cmake/model_id.cmake: a hash of the sources of sim/ and models/. */
#define SIMEX_MODEL_ID "@id@"
]=])
