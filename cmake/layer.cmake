# SPDX-License-Identifier: GPL-3.0-or-later

# simex_layer(NAME [LIBRARY...]): the static library NAME of the .c files in the current folder, linked with LIBRARY...
# Headers are included from the root of the tree ("sim/base.h"). A folder without a .c file is an interface library.
function(simex_layer name)
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.c)
    if(sources)
        add_library(${name} STATIC ${sources})
        set(scope PUBLIC)
    else()
        add_library(${name} INTERFACE)
        set(scope INTERFACE)
    endif()
    target_include_directories(${name} ${scope} ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} ${scope} ${ARGN})
endfunction()
