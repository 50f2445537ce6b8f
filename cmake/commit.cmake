# Run by each build: cmake -DOUTPUT=FILE -DSOURCE=DIRECTORY -DHEADER=PATH -P cmake/commit.cmake
# writes the commit that the program is built from, and its date, into a source file. The file is touched
# only when they change, so that nothing is compiled for nothing. Outside git: "unknown".
cmake_minimum_required(VERSION 3.25)
set(commit unknown)
set(date "")
find_package(Git QUIET)
if(GIT_FOUND AND EXISTS ${SOURCE}/.git)
  execute_process(COMMAND ${GIT_EXECUTABLE} -C ${SOURCE} log -1 --format=%h%n%cs --abbrev=7
                  OUTPUT_VARIABLE answer RESULT_VARIABLE failed ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT failed AND answer MATCHES "^([0-9a-f]+)\n([0-9-]+)$")
    set(commit ${CMAKE_MATCH_1})
    set(date ${CMAKE_MATCH_2})
  endif()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT
"// Made by cmake/commit.cmake.
#include \"@HEADER@\"
namespace settled::server {
const std::string_view commit = \"@commit@\";
const std::string_view commit_date = \"@date@\";
}
")
