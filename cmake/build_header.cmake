# SPDX-License-Identifier: GPL-3.0-or-later
# The interface library `build_header`: what a layer links that includes "simex_build.h" (version, model id, where the
# shipped scenarios are). The model id is computed by model_id.cmake while building, when a source of sim/ or models/
# changes, in a header of its own that is rewritten only when the id differs.

set(generated ${PROJECT_BINARY_DIR}/generated)
set(SIMEX_SCENARIO_SOURCE_DIR ${PROJECT_SOURCE_DIR}/scenarios)
set(SIMEX_SCENARIO_INSTALL_DIR ${CMAKE_INSTALL_FULL_DATADIR}/simex/scenarios)
configure_file(${CMAKE_CURRENT_LIST_DIR}/simex_build.h.in ${generated}/simex_build.h @ONLY)

file(GLOB model_sources RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS
     ${PROJECT_SOURCE_DIR}/sim/*.[ch] ${PROJECT_SOURCE_DIR}/models/*.[ch])
list(SORT model_sources)
set(model_source_paths ${model_sources})
list(TRANSFORM model_source_paths PREPEND ${PROJECT_SOURCE_DIR}/)
list(JOIN model_sources "\n" lines)
# The names in a file of their own, so that a file that was removed or renamed is noticed too.
file(CONFIGURE OUTPUT ${generated}/model_sources.txt CONTENT "${lines}\n" @ONLY)

add_custom_command(
    OUTPUT ${generated}/model_id.stamp
    BYPRODUCTS ${generated}/simex_model_id.h
    COMMAND ${CMAKE_COMMAND} -D SOURCE_DIR=${PROJECT_SOURCE_DIR} -D NAMES=${generated}/model_sources.txt
            -D HEADER=${generated}/simex_model_id.h -P ${CMAKE_CURRENT_LIST_DIR}/model_id.cmake
    COMMAND ${CMAKE_COMMAND} -E touch ${generated}/model_id.stamp
    DEPENDS ${CMAKE_CURRENT_LIST_DIR}/model_id.cmake ${generated}/model_sources.txt ${model_source_paths}
    COMMENT "Model id"
    VERBATIM)
add_custom_target(model_id DEPENDS ${generated}/model_id.stamp)

add_library(build_header INTERFACE)
target_include_directories(build_header INTERFACE ${generated})
add_dependencies(build_header model_id)
