# settled_embed(OUTPUT NAMESPACE FILE…): a .cpp that holds each file as a string, in the order given, as
#   namespace NAMESPACE { extern const std::vector<std::pair<std::string_view, std::string_view>> files; }
function(settled_embed output namespace)
  set(items "")
  foreach(file ${ARGN})
    get_filename_component(name ${file} NAME)
    file(READ ${file} text)
    string(LENGTH "${text}" length)
    # A raw string literal may be at most 64 KiB for some compilers; pieces join by themselves.
    set(literal "")
    set(at 0)
    while(at LESS length)
      string(SUBSTRING "${text}" ${at} 12000 piece)
      string(APPEND literal "R\"~~~(${piece})~~~\"\n")
      math(EXPR at "${at} + 12000")
    endwhile()
    string(APPEND items "{\"${name}\", ${literal}},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  endforeach()
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT
"// Made by cmake/embed.cmake.
#include <string_view>
#include <utility>
#include <vector>
namespace @namespace@ {
extern const std::vector<std::pair<std::string_view, std::string_view>> files;
const std::vector<std::pair<std::string_view, std::string_view>> files = {
@items@};
}
")
endfunction()
