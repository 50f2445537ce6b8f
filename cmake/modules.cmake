# settled_module(NAME [DEPENDS module…] [LINKS library…])
# makes a static library `settled_NAME` of every .cpp in this folder and below that is no test, and, when
# there are `*_test.cpp` files, the test binary `NAME_test`. A module sees only the modules it names.
function(settled_module name)
  cmake_parse_arguments(arg "" "FOLDER" "DEPENDS;LINKS" ${ARGN})
  if(NOT arg_FOLDER)
    set(arg_FOLDER ${name})
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${arg_FOLDER}/*.cpp)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(TRANSFORM arg_DEPENDS PREPEND settled_ OUTPUT_VARIABLE depends)

  if(NOT sources)
    add_library(settled_${name} INTERFACE)
    target_link_libraries(settled_${name} INTERFACE settled_flags ${depends} ${arg_LINKS})
    return()
  endif()
  add_library(settled_${name} STATIC ${sources})
  target_link_libraries(settled_${name} PUBLIC settled_flags ${depends} ${arg_LINKS})

  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE settled_${name} GTest::gmock GTest::gtest_main rapidcheck)
    target_compile_definitions(${name}_test PRIVATE
      SETTLED_SOURCE_DIR="${CMAKE_SOURCE_DIR}" SETTLED_BINARY_DIR="${CMAKE_BINARY_DIR}")
    add_dependencies(settled_tests ${name}_test)
    set_property(GLOBAL APPEND PROPERTY SETTLED_TEST_BINARIES ${name}_test)
  endif()
endfunction()

add_custom_target(settled_tests)
