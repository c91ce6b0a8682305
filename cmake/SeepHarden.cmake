# Hardening turns a mistake in what reads hostile bytes into an end of the
# process. Each flag is used where compiler and linker take it.
#
# _FORTIFY_SOURCE needs optimisation, and the sanitizers replace the
# functions that it guards; 3 also knows sizes that are found at run time.
# -ftrivial-auto-var-init is left out: it would hide from valgrind what was
# never written.

option(SEEP_HARDEN "stack protector, fortified libc, RELRO, PIE" ON)
if(NOT SEEP_HARDEN)
  return()
endif()

include(CheckCCompilerFlag)
include(CheckCSourceCompiles)
include(CheckLinkerFlag)
include(CheckPIESupported)
include(CMakePushCheckState)

check_pie_supported(LANGUAGES C)
foreach(_flag -fstack-protector-strong -fstack-clash-protection
        -fcf-protection)
  string(MAKE_C_IDENTIFIER "SEEP_TAKES${_flag}" _takes)
  check_c_compiler_flag("-Werror ${_flag}" ${_takes})
  if(${_takes})
    target_compile_options(seep_flags INTERFACE ${_flag})
  endif()
endforeach()
foreach(_flag relro now noexecstack)
  check_linker_flag(C "-Wl,-z,${_flag}" SEEP_LINKS_${_flag})
  if(SEEP_LINKS_${_flag})
    target_link_options(seep_flags INTERFACE -Wl,-z,${_flag})
  endif()
endforeach()

if(NOT SEEP_SANITIZE AND NOT SEEP_BUILD_FUZZ)
  cmake_push_check_state(RESET)
  set(CMAKE_REQUIRED_FLAGS "-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3")
  check_c_source_compiles("
    #include <string.h>
    #if !defined(__USE_FORTIFY_LEVEL) || __USE_FORTIFY_LEVEL < 3
    #error the C library or the compiler does not know level 3
    #endif
    int main(void) { return 0; }" SEEP_FORTIFIES_3)
  cmake_pop_check_state()
  set(_optimised $<CONFIG:Release,RelWithDebInfo,MinSizeRel>)
  target_compile_options(seep_flags INTERFACE
    $<${_optimised}:-U_FORTIFY_SOURCE>
    $<${_optimised}:-D_FORTIFY_SOURCE=$<IF:$<BOOL:${SEEP_FORTIFIES_3}>,3,2>>)
endif()
