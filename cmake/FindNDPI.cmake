# NDPI_FOUND, NDPI_INCLUDE_DIRS, NDPI_LIBRARIES: an nDPI whose calls have
# the shape that lib/input/dpi.c is written for (4.2; later versions changed
# the arguments). Anything else counts as not found, and is said.
include(CheckCSourceCompiles)
include(CMakePushCheckState)

find_path(NDPI_INCLUDE_DIR ndpi_api.h PATH_SUFFIXES ndpi)
find_library(NDPI_LIBRARY ndpi)
mark_as_advanced(NDPI_INCLUDE_DIR NDPI_LIBRARY)

if(NDPI_INCLUDE_DIR AND NDPI_LIBRARY)
  cmake_push_check_state(RESET)
  set(CMAKE_REQUIRED_INCLUDES ${NDPI_INCLUDE_DIR})
  set(CMAKE_REQUIRED_LIBRARIES ${NDPI_LIBRARY})
  set(CMAKE_REQUIRED_DEFINITIONS -D_DEFAULT_SOURCE)
  set(CMAKE_REQUIRED_FLAGS -Werror)
  set(CMAKE_REQUIRED_QUIET TRUE)
  check_c_source_compiles("
    #include <ndpi_api.h>
    int main(void)
    {
      u_int8_t guessed = 0;
      ndpi_protocol p;
      struct ndpi_detection_module_struct *m =
          ndpi_init_detection_module(ndpi_no_prefs);
      p = ndpi_detection_process_packet(m, 0, 0, (unsigned short)0,
                                        (u_int64_t)0);
      p = ndpi_detection_giveup(m, 0, 1, &guessed);
      return p.app_protocol + p.master_protocol;
    }" NDPI_FITS)
  cmake_pop_check_state()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(NDPI
  REQUIRED_VARS NDPI_LIBRARY NDPI_INCLUDE_DIR NDPI_FITS)
if(NDPI_FOUND)
  set(NDPI_INCLUDE_DIRS ${NDPI_INCLUDE_DIR})
  set(NDPI_LIBRARIES ${NDPI_LIBRARY})
endif()
