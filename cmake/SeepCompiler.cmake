# Warnings and flags that every target of the tree shares.
#
# -ffp-contract=off: a fused multiply-add rounds once where two operations
# round twice; scores must agree on every machine (design: determinism).

add_library(seep_flags INTERFACE)
target_compile_options(seep_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes
  -Wmissing-prototypes -Wvla -ffp-contract=off -fno-math-errno)
target_compile_definitions(seep_flags INTERFACE _POSIX_C_SOURCE=200809L)

option(SEEP_WERROR "warnings are errors" ${PROJECT_IS_TOP_LEVEL})
if(SEEP_WERROR)
  target_compile_options(seep_flags INTERFACE -Werror)
endif()

set(SEEP_SANITIZE "" CACHE STRING
    "sanitizers: address,undefined or thread; empty = none")
if(SEEP_SANITIZE)
  target_compile_options(seep_flags INTERFACE
    -fsanitize=${SEEP_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(seep_flags INTERFACE -fsanitize=${SEEP_SANITIZE})
  # The sanitizers' checks hide from gcc what it would know of a value; the
  # builds without them keep these warnings.
  if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    target_compile_options(seep_flags INTERFACE
      -Wno-conversion -Wno-format-truncation -Wno-maybe-uninitialized)
  endif()
endif()

# libFuzzer steers by the edges that it sees: everything is instrumented.
# afl-clang-fast takes the same flags, and puts its own driver in.
option(SEEP_BUILD_FUZZ "build the fuzz targets with libFuzzer (clang)" OFF)
set(SEEP_FUZZ_ENGINE -fsanitize=fuzzer CACHE STRING
    "flag or library that a fuzz target is linked with")
if(SEEP_BUILD_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "SEEP_BUILD_FUZZ needs clang; any compiler builds "
                        "fuzz/replay_<x> with SEEP_BUILD_TESTS")
  endif()
  target_compile_options(seep_flags INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(seep_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

include(SeepHarden)
