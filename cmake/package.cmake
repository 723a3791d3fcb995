# SPDX-License-Identifier: GPL-3.0-or-later
# What cmake --install and cpack put where, in two components: `simex` (the program, its scenarios, manual page,
# completion and docs) and `dev` (libsimex). The scenarios are installed by scenarios/CMakeLists.txt.
#
# The manual page and the completion files are made from the program's own tables, so they need a program that was built
# for this machine.

# ---- libsimex: sim/, models/ and scenarios/ ----

# Static: the structs of the headers are part of the interface and change from version to version.
add_library(libsimex STATIC $<TARGET_OBJECTS:sim> $<TARGET_OBJECTS:models> $<TARGET_OBJECTS:scenarios>)
set_target_properties(libsimex PROPERTIES OUTPUT_NAME simex LINKER_LANGUAGE C)
install(TARGETS libsimex ARCHIVE COMPONENT dev)

# Headers lie as they do in the tree, below include/simex, without those that only the library's own files include.
set(headers_of_simex ${CMAKE_INSTALL_INCLUDEDIR}/simex)
install(DIRECTORY sim models DESTINATION ${headers_of_simex} COMPONENT dev
        FILES_MATCHING PATTERN "*.h"
        PATTERN "*_internal.h" EXCLUDE PATTERN "panic.h" EXCLUDE PATTERN "param_raw.h" EXCLUDE)
install(FILES scenarios/scenario.h scenarios/json.h DESTINATION ${headers_of_simex}/scenarios COMPONENT dev)

set(folder_of_pc ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH prefix_from_pc /prefix/${folder_of_pc} /prefix)
string(REGEX REPLACE "/$" "" prefix_from_pc "${prefix_from_pc}")
configure_file(packaging/simex.pc.in ${generated}/simex.pc @ONLY)
install(FILES ${generated}/simex.pc DESTINATION ${folder_of_pc} COMPONENT dev)

# ---- manual page and completion ----

if(TARGET simex AND NOT CMAKE_CROSSCOMPILING)
    find_program(SCDOC scdoc)
    mark_as_advanced(SCDOC)
    set(packaging ${PROJECT_SOURCE_DIR}/packaging)
    set(made)
    foreach(shell bash zsh fish)
        set(file ${generated}/completion.${shell})
        add_custom_command(OUTPUT ${file}
            COMMAND sh -c "SIMEX='$<TARGET_FILE:simex>' sh '${packaging}/completion.sh' ${shell} >'${file}'"
            DEPENDS simex packaging/completion.sh packaging/tables.sh
            COMMENT "Completion for ${shell}"
            VERBATIM)
        list(APPEND made ${file})
    endforeach()
    if(SCDOC)
        set(file ${generated}/simex.1)
        add_custom_command(OUTPUT ${file}
            COMMAND sh -c "SIMEX='$<TARGET_FILE:simex>' sh '${packaging}/man.sh' >'${file}.scd'"
            COMMAND sh -c "'${SCDOC}' <'${file}.scd' >'${file}'"
            BYPRODUCTS ${file}.scd
            DEPENDS simex packaging/man.sh packaging/tables.sh README.md
            COMMENT "Manual page"
            VERBATIM)
        list(APPEND made ${file})
        install(FILES ${file} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
    endif()
    add_custom_target(manual ALL DEPENDS ${made})
    set(share ${CMAKE_INSTALL_DATADIR})
    install(FILES ${generated}/completion.bash RENAME simex DESTINATION ${share}/bash-completion/completions)
    install(FILES ${generated}/completion.fish RENAME simex.fish DESTINATION ${share}/fish/vendor_completions.d)
    # Debian's zsh looks into the second when the prefix is /usr.
    install(FILES ${generated}/completion.zsh RENAME _simex DESTINATION ${share}/zsh/site-functions)
    install(FILES ${generated}/completion.zsh RENAME _simex DESTINATION ${share}/zsh/vendor-completions)
endif()

# ---- docs ----

install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} USE_SOURCE_PERMISSIONS PATTERN "*.sh" EXCLUDE PATTERN "written_on.txt" EXCLUDE)

# ---- packages: cpack -G DEB makes simex_VERSION_ARCH.deb and libsimex-dev_VERSION_ARCH.deb ----

set(CPACK_PACKAGE_CONTACT "simex maintainers <simex@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL simex dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_SIMEX_PACKAGE_NAME simex)
set(CPACK_DEBIAN_SIMEX_PACKAGE_SECTION science)
set(CPACK_DEBIAN_SIMEX_PACKAGE_RECOMMENDS "gnuplot-nox, libjs-dygraphs")
set(CPACK_COMPONENT_SIMEX_DESCRIPTION
"simex simulates clients, gateway, service, cache, connection pool and database,
and the faults that are injected into them. The same scenario and seed give the
same bytes.")
set(CPACK_DEBIAN_DEV_PACKAGE_NAME libsimex-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "libgsl-dev, libcjson-dev, libxxhash-dev")
set(CPACK_DEBIAN_DEV_PACKAGE_SUGGESTS "pkg-config, simex")
set(CPACK_COMPONENT_DEV_DESCRIPTION
"The simulator's kernel, models and scenarios as a static library, with headers
and simex.pc.")
include(CPack)
