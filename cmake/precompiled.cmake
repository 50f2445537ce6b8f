# Headers that nearly every file reads are parsed once: half of a file's time was spent on parsing them.
#   settled_headers        for the program's own code
#   settled_test_headers   the same and GoogleTest, for tests, which are compiled without optimisation
# This only saves time: each file still includes what it uses, and `make lint` compiles without it.
#
# CMake's own target_precompile_headers names files by their absolute paths, so ccache would compile
# everything anew in each clone. Here the header is read from standard input in the folder /, so that it has
# the same bytes everywhere; ccache (in depend mode) then knows an object again wherever it was made.
set(SETTLED_COMMON_HEADERS
  <algorithm> <array> <atomic> <charconv> <chrono> <coroutine> <cstddef> <cstdint> <deque> <expected>
  <filesystem> <functional> <map> <memory> <mutex> <optional> <set> <span> <string> <string_view>
  <thread> <tuple> <unordered_map> <utility> <variant> <vector> <fmt/format.h>
  <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp> <boost/asio/io_context.hpp> <boost/asio/ip/tcp.hpp>
  <boost/asio/steady_timer.hpp> <boost/asio/use_awaitable.hpp>)

# Tests are run once or twice after each build: compiling them fast counts for more than running them fast.
# -fPIC: a precompiled header serves one kind of code only.
set(SETTLED_TEST_OPTIONS -O0 -fPIC)

function(settled_precompile name)
  cmake_parse_arguments(arg "" "" "OPTIONS;HEADERS;LIBRARIES" ${ARGN})
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    return()
  endif()
  list(TRANSFORM SETTLED_COMMON_HEADERS PREPEND "#include " OUTPUT_VARIABLE lines)
  list(TRANSFORM arg_HEADERS PREPEND "#include " OUTPUT_VARIABLE more)
  list(JOIN lines "\n" text)
  list(JOIN more "\n" more)
  string(APPEND text "\n${more}\n")
  # The name changes with what is in it, so that everything is compiled again then.
  string(SHA256 digest "${text}${arg_OPTIONS}")
  string(SUBSTRING ${digest} 0 12 digest)
  set(header ${CMAKE_BINARY_DIR}/${name}.h)
  file(CONFIGURE OUTPUT ${header} CONTENT "${text}")

  set(of_libraries "")
  foreach(library settled_flags fmt::fmt ${arg_LIBRARIES})
    set(of_library "$<TARGET_PROPERTY:${library},INTERFACE_COMPILE_DEFINITIONS>")
    list(APPEND of_libraries "$<$<BOOL:${of_library}>:-D$<JOIN:${of_library},$<SEMICOLON>-D>>"
         "$<TARGET_PROPERTY:${library},INTERFACE_COMPILE_OPTIONS>")
  endforeach()
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  separate_arguments(flags UNIX_COMMAND "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}}")
  add_custom_command(OUTPUT ${name}-${digest}.pch
    COMMAND ${CMAKE_CXX_COMPILER} ${flags} -std=c++23 -fPIC
            ${of_libraries} ${arg_OPTIONS}
            -Xclang -fno-pch-timestamp -fpch-instantiate-templates
            -x c++-header - -o ${CMAKE_BINARY_DIR}/${name}-${digest}.pch < ${header}
    WORKING_DIRECTORY / DEPENDS ${header} VERBATIM COMMAND_EXPAND_LISTS
    COMMENT "Precompiling ${name}")
  add_custom_target(${name} DEPENDS ${CMAKE_BINARY_DIR}/${name}-${digest}.pch)
  set(${name}_file ${name}-${digest}.pch CACHE INTERNAL "relative to the build folder, where Ninja compiles")
endfunction()

settled_precompile(settled_headers)
if(GTest_FOUND)
  settled_precompile(settled_test_headers OPTIONS ${SETTLED_TEST_OPTIONS} LIBRARIES GTest::gtest GTest::gmock
                     HEADERS <gmock/gmock.h> <gtest/gtest.h> <rapidcheck.h>)
endif()

# settled_use_headers(TARGET settled_headers|settled_test_headers)
function(settled_use_headers target headers)
  if(TARGET ${headers})
    target_compile_options(${target} PRIVATE "SHELL:-include-pch ${${headers}_file}")
    add_dependencies(${target} ${headers})
  endif()
endfunction()

# settled_test_program(NAME): how a test binary is compiled.
function(settled_test_program name)
  target_compile_options(${name} PRIVATE ${SETTLED_TEST_OPTIONS})
  settled_use_headers(${name} settled_test_headers)
endfunction()
