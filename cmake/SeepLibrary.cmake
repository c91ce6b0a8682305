# seep_part(<dir> SOURCES ...): the objects of one directory of lib/.
function(seep_part name)
  cmake_parse_arguments(A "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_library(seep_part_${name} OBJECT ${A_SOURCES})
  target_include_directories(seep_part_${name} PUBLIC
    ${PROJECT_SOURCE_DIR}/include PRIVATE ${PROJECT_SOURCE_DIR}/lib)
  target_link_libraries(seep_part_${name} PRIVATE seep_flags ${A_LIBRARIES})
endfunction()

# seep_link_name(<out> <library>): the name that a linker finds a library by,
# whether it was given as a name, a path or an imported target. An installed
# package names its dependencies so, because a path holds on one machine.
function(seep_link_name out library)
  if(TARGET ${library})
    foreach(_property IMPORTED_LOCATION IMPORTED_LOCATION_RELEASE
            IMPORTED_LOCATION_NOCONFIG INTERFACE_LINK_LIBRARIES)
      get_target_property(_value ${library} ${_property})
      if(_value)
        list(GET _value 0 library)
        break()
      endif()
    endforeach()
  endif()
  get_filename_component(_name ${library} NAME)
  string(REGEX REPLACE "^lib" "" _name ${_name})
  string(REGEX REPLACE "\\.(so|a|dylib)[.0-9]*$" "" _name ${_name})
  set(${out} ${_name} PARENT_SCOPE)
endfunction()

# seep_component(<name> EXPORT <alias> PARTS <parts> [CARRIES <parts>]
#                [PUBLIC components] [PRIVATE libraries] MAP <version script>)
#
# One component = one static and one shared library from the same objects.
# Tests link the static one, in which hidden symbols can be reached. CARRIES
# names parts of other components that the shared library needs a private
# copy of, because hidden symbols do not cross a shared library's edge.
#
# seep::<alias> is the shared library, seep::<alias>_static the other, in the
# tree and when installed.
function(seep_component name)
  cmake_parse_arguments(A "" "MAP;EXPORT" "PARTS;CARRIES;PUBLIC;PRIVATE"
                        ${ARGN})
  set(_objects)
  foreach(_part ${A_PARTS})
    list(APPEND _objects $<TARGET_OBJECTS:seep_part_${_part}>)
  endforeach()
  set(_names)
  foreach(_library ${A_PRIVATE})
    seep_link_name(_name ${_library})
    list(APPEND _names ${_name})
  endforeach()
  list(REMOVE_DUPLICATES _names)
  foreach(_kind static shared)
    string(TOUPPER ${_kind} _KIND)
    add_library(${name}_${_kind} ${_KIND} ${_objects})
    if(_kind STREQUAL "shared")
      foreach(_part ${A_CARRIES})
        target_sources(${name}_shared PRIVATE
          $<TARGET_OBJECTS:seep_part_${_part}>)
      endforeach()
    endif()
    set_target_properties(${name}_${_kind} PROPERTIES
      OUTPUT_NAME ${name}
      VERSION ${PROJECT_VERSION}
      SOVERSION ${PROJECT_VERSION_MAJOR}
      INSTALL_RPATH "\$ORIGIN"
      LINKER_LANGUAGE C)
    target_include_directories(${name}_${_kind} PUBLIC
      $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
      $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    foreach(_dep ${A_PUBLIC})
      target_link_libraries(${name}_${_kind} PUBLIC ${_dep}_${_kind})
    endforeach()
    foreach(_library seep_flags ${A_PRIVATE})
      target_link_libraries(${name}_${_kind} PRIVATE
        $<BUILD_INTERFACE:${_library}>)
    endforeach()
  endforeach()
  foreach(_name ${_names})
    target_link_libraries(${name}_static PRIVATE
      $<INSTALL_INTERFACE:${_name}>)
  endforeach()
  set_target_properties(${name}_static PROPERTIES
    EXPORT_NAME ${A_EXPORT}_static)
  set_target_properties(${name}_shared PROPERTIES EXPORT_NAME ${A_EXPORT})
  if(A_MAP)
    target_link_options(${name}_shared PRIVATE
      -Wl,--version-script=${A_MAP})
    # clang leaves its sanitizers' symbols to the program.
    if(NOT SEEP_SANITIZE AND NOT SEEP_BUILD_FUZZ)
      target_link_options(${name}_shared PRIVATE -Wl,--no-undefined)
    endif()
    set_target_properties(${name}_shared PROPERTIES LINK_DEPENDS ${A_MAP})
  endif()
  add_library(seep::${A_EXPORT} ALIAS ${name}_shared)
  add_library(seep::${A_EXPORT}_static ALIAS ${name}_static)
  # For SeepInstall.cmake.
  set_property(GLOBAL APPEND PROPERTY SEEP_COMPONENTS ${name})
  set_property(GLOBAL PROPERTY SEEP_${name}_REQUIRES "${A_PUBLIC}")
  set_property(GLOBAL PROPERTY SEEP_${name}_LIBRARIES "${_names}")
endfunction()
