# libseep-input: logs and decompression; needs no capture library.
# input_core is what every reader stands on, log or capture.
# Judy: the private copy of base that the shared library carries needs it.
set(SEEP_INPUT_LIBS ${JUDY_LIBRARY})
set(SEEP_INPUT_DEFINITIONS)
if(SEEP_WITH_ZLIB)
  find_package(ZLIB REQUIRED)
  list(APPEND SEEP_INPUT_LIBS ${ZLIB_LIBRARIES})
  list(APPEND SEEP_INPUT_DEFINITIONS SEEP_HAVE_ZLIB)
endif()
if(SEEP_WITH_ZSTD)
  find_library(ZSTD_LIBRARY zstd REQUIRED)
  find_path(ZSTD_INCLUDE_DIR zstd.h REQUIRED)
  list(APPEND SEEP_INPUT_LIBS ${ZSTD_LIBRARY})
  list(APPEND SEEP_INPUT_DEFINITIONS SEEP_HAVE_ZSTD)
endif()
if(SEEP_WITH_PSL)
  find_library(PSL_LIBRARY psl REQUIRED)
  find_path(PSL_INCLUDE_DIR libpsl.h REQUIRED)
  list(APPEND SEEP_INPUT_LIBS ${PSL_LIBRARY})
  list(APPEND SEEP_INPUT_DEFINITIONS SEEP_HAVE_PSL)
endif()
if(SEEP_WITH_SHA256)
  # Without the plain functions of before OpenSSL 3 there is no hash.
  find_library(CRYPTO_LIBRARY crypto REQUIRED)
  find_path(CRYPTO_INCLUDE_DIR openssl/sha.h REQUIRED)
  include(CheckSymbolExists)
  set(CMAKE_REQUIRED_DEFINITIONS -DOPENSSL_API_COMPAT=0x10101000L)
  set(CMAKE_REQUIRED_INCLUDES ${CRYPTO_INCLUDE_DIR})
  set(CMAKE_REQUIRED_LIBRARIES ${CRYPTO_LIBRARY})
  check_symbol_exists(SHA256_Update openssl/sha.h SEEP_CRYPTO_HAS_SHA256)
  foreach(_name DEFINITIONS INCLUDES LIBRARIES)
    unset(CMAKE_REQUIRED_${_name})
  endforeach()
  if(SEEP_CRYPTO_HAS_SHA256)
    list(APPEND SEEP_INPUT_LIBS ${CRYPTO_LIBRARY})
    list(APPEND SEEP_INPUT_DEFINITIONS SEEP_HAVE_SHA256)
  else()
    message(STATUS "libcrypto has no SHA256_Update: inputs are listed "
                   "without a hash")
  endif()
endif()

seep_part(input_core SOURCES
  digest.c flow_state.c identity.c inflate.c mark.c qname.c source.c
  source_state.c stream.c)
target_compile_definitions(seep_part_input_core PRIVATE
  ${SEEP_INPUT_DEFINITIONS})
if(SEEP_WITH_ZLIB)
  target_include_directories(seep_part_input_core PRIVATE
    ${ZLIB_INCLUDE_DIRS})
endif()
if(SEEP_WITH_ZSTD)
  target_include_directories(seep_part_input_core PRIVATE
    ${ZSTD_INCLUDE_DIR})
endif()
if(SEEP_WITH_PSL)
  target_include_directories(seep_part_input_core PRIVATE ${PSL_INCLUDE_DIR})
endif()

seep_part(input SOURCES
  decimal.c keytab.c line.c zeek.c zeek_field.c zeek_follow.c
  zeek_follow_state.c zeek_hold.c zeek_hold_state.c zeek_json.c zeek_log.c
  zeek_log_close.c zeek_log_state.c zeek_name.c zeek_paths.c zeek_peek.c
  zeek_row.c zeek_state.c zeek_tail.c zeek_tsv.c)
seep_component(seep-input EXPORT input
  PARTS input_core input CARRIES base
  PUBLIC seep
  PRIVATE ${SEEP_INPUT_LIBS}
  MAP ${CMAKE_CURRENT_SOURCE_DIR}/libseep-input.map)
