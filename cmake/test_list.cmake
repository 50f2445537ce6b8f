# Writes tests.txt into the build folder: a line for each test binary, its name, a tab and its path.
# tools/run_tests.py runs what stands there, so that no list is kept by hand. Include it last.
get_property(binaries GLOBAL PROPERTY SETTLED_TEST_BINARIES)
list(REMOVE_DUPLICATES binaries)
set(lines "")
foreach(binary ${binaries})
  string(APPEND lines "${binary}\t$<TARGET_FILE:${binary}>\n")
endforeach()
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/tests.txt CONTENT "${lines}")
