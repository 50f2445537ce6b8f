# One supported compiler on Debian 12: clang-19 (docs/decisions/0001-compiler.md).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  message(FATAL_ERROR
    "g++ ${CMAKE_CXX_COMPILER_VERSION} miscompiles ordinary C++20 coroutines (a temporary in a co_await "
    "expression is destroyed twice), and settled moves money. Use clang-19: 'make setup', then "
    "'cmake --preset release', which picks it.")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Line tables are what a backtrace needs; whole type descriptions would double the size of each object.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")

find_program(CCACHE ccache)
if(CCACHE)
  # How ccache works with precompiled headers (precompiled.cmake).
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_DEPEND=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

# address | thread | undefined | fuzzer lists, as -fsanitize= takes them.
set(SETTLED_SANITIZE "" CACHE STRING "sanitizers to build with")
option(SETTLED_BENCH "build bench/" ON)

add_library(settled_flags INTERFACE)
target_compile_options(settled_flags INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor -Wimplicit-fallthrough -Werror
  -fno-strict-aliasing -fno-delete-null-pointer-checks -ftrivial-auto-var-init=zero
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
target_compile_definitions(settled_flags INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_HAS_CO_AWAIT BOOST_ASIO_SEPARATE_COMPILATION
  BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_DISABLE_BOOST_COROUTINE SPDLOG_FMT_EXTERNAL
  BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=8) # frames of nested coroutines are reused
target_include_directories(settled_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)

if(SETTLED_SANITIZE)
  target_compile_options(settled_flags INTERFACE -fsanitize=${SETTLED_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer -g)
  target_link_options(settled_flags INTERFACE -fsanitize=${SETTLED_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  target_compile_options(settled_flags INTERFACE
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS
    -fstack-protector-strong -fstack-clash-protection -fcf-protection=full)
endif()
target_link_options(settled_flags INTERFACE -fuse-ld=lld -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed)
