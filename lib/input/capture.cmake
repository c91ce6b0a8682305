# libseep-capture: packets; libpcap, and nDPI where it is present.
find_library(PCAP_LIBRARY pcap REQUIRED)
find_path(PCAP_INCLUDE_DIR pcap/pcap.h REQUIRED)
set(SEEP_CAPTURE_LIBS ${PCAP_LIBRARY})
set(_dpi_source dpi_none.c)
if(SEEP_WITH_NDPI)
  find_package(NDPI QUIET)
  if(NDPI_FOUND)
    set(_dpi_source dpi.c)
    list(APPEND SEEP_CAPTURE_LIBS ${NDPI_LIBRARIES})
  else()
    message(STATUS "nDPI not found, or not of version 4.2: "
                   "captures are read without protocol names")
  endif()
endif()

seep_part(capture SOURCES
  assemble.c capture.c capture_file.c capture_state.c decode.c dns.c
  ${_dpi_source} flowtable.c fragment.c link.c network.c opener.c tcp.c track.c
  track_state.c tunnel.c)
target_include_directories(seep_part_capture SYSTEM PRIVATE
  ${PCAP_INCLUDE_DIR})
if(SEEP_WITH_NDPI AND NDPI_FOUND)
  target_include_directories(seep_part_capture SYSTEM PRIVATE
    ${NDPI_INCLUDE_DIRS})
endif()
seep_component(seep-capture EXPORT capture
  PARTS capture CARRIES base input_core
  PUBLIC seep-input
  PRIVATE ${SEEP_CAPTURE_LIBS} ${SEEP_INPUT_LIBS}
  MAP ${CMAKE_CURRENT_SOURCE_DIR}/libseep-capture.map)
