# Installation: libraries, headers, a CMake package, pkg-config files, the
# tool and its manual page. Nothing that is installed names a folder of the
# machine it was built on; the whole tree may be moved afterwards.

include(CMakePackageConfigHelpers)
set(_package ${CMAKE_INSTALL_LIBDIR}/cmake/seep)

# Headers of a reader only come with the reader.
set(_absent)
if(NOT SEEP_WITH_INPUT)
  list(APPEND _absent PATTERN source.h EXCLUDE PATTERN zeek.h EXCLUDE)
endif()
if(NOT SEEP_WITH_CAPTURE)
  list(APPEND _absent PATTERN capture.h EXCLUDE)
endif()
install(DIRECTORY include/seep DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h" ${_absent})

# A pkg-config file finds its tree from where it lies itself; only folders
# that were given as absolute stay so.
set(_pc_folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
if(IS_ABSOLUTE ${CMAKE_INSTALL_LIBDIR})
  set(SEEP_PC_PREFIX ${CMAKE_INSTALL_PREFIX})
else()
  file(RELATIVE_PATH _up /prefix/${_pc_folder} /prefix)
  string(REGEX REPLACE "/$" "" _up ${_up})
  set(SEEP_PC_PREFIX "\${pcfiledir}/${_up}")
endif()
foreach(_folder LIBDIR INCLUDEDIR)
  if(IS_ABSOLUTE ${CMAKE_INSTALL_${_folder}})
    set(SEEP_PC_${_folder} ${CMAKE_INSTALL_${_folder}})
  else()
    set(SEEP_PC_${_folder} "\${prefix}/${CMAKE_INSTALL_${_folder}}")
  endif()
endforeach()

get_property(_components GLOBAL PROPERTY SEEP_COMPONENTS)
set(SEEP_DESCRIPTION_seep "${PROJECT_DESCRIPTION}: ledger and detection")
set(SEEP_DESCRIPTION_seep-input "${PROJECT_DESCRIPTION}: log readers")
set(SEEP_DESCRIPTION_seep-capture "${PROJECT_DESCRIPTION}: capture reader")
foreach(_component ${_components})
  install(TARGETS ${_component}_static ${_component}_shared
    EXPORT ${_component}-targets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT ${_component}-targets NAMESPACE seep::
    DESTINATION ${_package})

  get_property(_requires GLOBAL PROPERTY SEEP_${_component}_REQUIRES)
  get_property(_libraries GLOBAL PROPERTY SEEP_${_component}_LIBRARIES)
  list(TRANSFORM _requires PREPEND "lib")
  list(JOIN _requires ", " SEEP_PC_REQUIRES)
  list(TRANSFORM _libraries PREPEND "-l")
  list(JOIN _libraries " " SEEP_PC_LIBRARIES)
  set(SEEP_PC_NAME lib${_component})
  set(SEEP_PC_DESCRIPTION ${SEEP_DESCRIPTION_${_component}})
  set(SEEP_PC_LIBRARY ${_component})
  configure_file(${PROJECT_SOURCE_DIR}/cmake/component.pc.in
    ${PROJECT_BINARY_DIR}/lib${_component}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/lib${_component}.pc
    DESTINATION ${_pc_folder})
endforeach()

configure_package_config_file(cmake/seep-config.cmake.in
  ${PROJECT_BINARY_DIR}/seep-config.cmake
  INSTALL_DESTINATION ${_package} NO_SET_AND_CHECK_MACRO)
# Before 1.0 a new minor version may break its users.
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(_compatible SameMinorVersion)
else()
  set(_compatible SameMajorVersion)
endif()
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/seep-config-version.cmake
  COMPATIBILITY ${_compatible})
install(FILES
  ${PROJECT_BINARY_DIR}/seep-config.cmake
  ${PROJECT_BINARY_DIR}/seep-config-version.cmake
  DESTINATION ${_package})

if(SEEP_BUILD_TOOLS)
  if(IS_ABSOLUTE ${CMAKE_INSTALL_LIBDIR} OR IS_ABSOLUTE ${CMAKE_INSTALL_BINDIR})
    set(_rpath ${CMAKE_INSTALL_FULL_LIBDIR})
  else()
    file(RELATIVE_PATH _rpath /prefix/${CMAKE_INSTALL_BINDIR}
         /prefix/${CMAKE_INSTALL_LIBDIR})
    set(_rpath "\$ORIGIN/${_rpath}")
  endif()
  set_target_properties(seep_tool PROPERTIES INSTALL_RPATH "${_rpath}")
  install(TARGETS seep_tool DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(FILES tools/seep.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endif()
install(FILES LICENSE README.md SECURITY.md lib/ARCHITECTURE.md
  DESTINATION ${CMAKE_INSTALL_DOCDIR})
