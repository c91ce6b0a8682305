# Tests of libseep-capture.
if(SEEP_WITH_CAPTURE)
  foreach(_name decode dns tunnel fragment tcp assemble dpi capture
          capture_damage capture_corpora state_capture)
    seep_test(input/${_name} SOURCES test_${_name}.c
      LIBRARIES seep_test_support seep-capture_static)
  endforeach()
  # nftw(3), strsep(3) and mkstemp(3) beyond what the tree asks for.
  target_compile_definitions(test_input_capture_corpora PRIVATE
    _GNU_SOURCE)
  find_library(PCAP_LIBRARY pcap REQUIRED)
  target_link_libraries(test_input_capture_corpora PRIVATE ${PCAP_LIBRARY})
endif()
