# cmake -DFILES=DIRECTORY -DOUTPUT=FILE.cpp -P: a .cpp that holds every file of the directory, as it is.
# Without a directory it holds none. The sizes are in the text, so that it changes when a file does.
cmake_minimum_required(VERSION 3.25)
set(symbols "")
set(items "")
set(count 0)
if(FILES)
  file(GLOB_RECURSE found RELATIVE ${FILES} ${FILES}/*)
  list(SORT found)
  foreach(file ${found})
    file(SHA256 ${FILES}/${file} hash)
    string(APPEND symbols "__asm__(\".pushsection .rodata\\nsettled_console_${count}:\\n.incbin \\\"${FILES}/${file}\\\"\\n\"
        \"settled_console_${count}_end:\\n.byte 0\\n.popsection\"); // ${hash}
extern \"C\" __attribute__((visibility(\"hidden\"))) const char settled_console_${count}[], settled_console_${count}_end[];
")
    string(APPEND items "    {\"${file}\", {settled_console_${count}, settled_console_${count}_end}},\n")
    math(EXPR count "${count} + 1")
  endforeach()
  if(count EQUAL 0)
    message(FATAL_ERROR "${FILES} holds no files of the console")
  endif()
endif()
set(array "std::span<const settled::server::ConsoleFile>()")
set(held "")
if(count GREATER 0)
  set(held "const std::array<settled::server::ConsoleFile, ${count}> held{{\n${items}}};\n")
  set(array "held")
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT
"// Made by cmake/console_files.cmake.
#include \"server/console_pages.h\"
#include <array>
@symbols@
namespace {
@held@}
namespace settled::embedded_console {
extern const std::span<const settled::server::ConsoleFile> files;
const std::span<const settled::server::ConsoleFile> files = @array@;
}
")
