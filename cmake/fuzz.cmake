# settled_fuzzer(NAME SOURCES file… LINKS library…)
# makes the libFuzzer binary NAME, under -DSETTLED_FUZZ=ON only (preset `fuzz`). The preset compiles
# everything with coverage counters; the fuzzer's own main comes in here. Seeds lie in
# tests/fixtures; what a run finds goes to the folder given on its command line.
option(SETTLED_FUZZ "build the fuzzers" OFF)

function(settled_fuzzer name)
  if(NOT SETTLED_FUZZ)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  add_dependencies(settled_fuzzers ${name})
endfunction()

if(SETTLED_FUZZ)
  if(NOT SETTLED_SANITIZE MATCHES "fuzzer-no-link")
    message(FATAL_ERROR "fuzzers need SETTLED_SANITIZE with fuzzer-no-link: use 'cmake --preset fuzz'")
  endif()
  add_custom_target(settled_fuzzers)
endif()
