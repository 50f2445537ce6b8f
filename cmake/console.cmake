# The console in the binary. SETTLED_CONSOLE: ON, OFF, or not set: ON where there is what builds it.
# SETTLED_CONSOLE_DIR: a directory with the built files, which are taken as they are; then no node is needed.
set(SETTLED_CONSOLE_DIR "" CACHE PATH "Built files of the console, to be taken as they are")
set(console_sources ${CMAKE_SOURCE_DIR}/console)
set(console_cpp ${CMAKE_CURRENT_BINARY_DIR}/embedded_console.cpp)

# Why the console cannot be built here; empty: it can.
function(settled_console_obstacle out)
  set(${out} "" PARENT_SCOPE)
  if(SETTLED_CONSOLE_DIR)
    return()
  endif()
  if(NOT EXISTS ${console_sources}/package-lock.json)
    set(${out} "its sources are not here" PARENT_SCOPE)
    return()
  endif()
  find_program(SETTLED_NODE NAMES node nodejs)
  find_program(SETTLED_NPM npm)
  if(NOT SETTLED_NODE OR NOT SETTLED_NPM)
    set(${out} "there is no node and npm (Debian: nodejs npm)" PARENT_SCOPE)
    return()
  endif()
  execute_process(COMMAND ${SETTLED_NODE} --version OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE)
  string(REGEX MATCH "[0-9]+" major "${version}")
  if(NOT major OR major LESS 18)
    set(${out} "node is ${version}, and 18 or later is needed" PARENT_SCOPE)
  endif()
endfunction()

settled_console_obstacle(console_obstacle)
if(DEFINED SETTLED_CONSOLE AND NOT SETTLED_CONSOLE)
  message(STATUS "console: left out (SETTLED_CONSOLE=OFF)")
  set(console_built "")
elseif(console_obstacle)
  if(SETTLED_CONSOLE)
    message(FATAL_ERROR "SETTLED_CONSOLE=ON, but ${console_obstacle}")
  endif()
  message(STATUS "console: left out, since ${console_obstacle}")
  set(console_built "")
elseif(SETTLED_CONSOLE_DIR)
  set(console_built ${SETTLED_CONSOLE_DIR})
  file(GLOB_RECURSE console_inputs CONFIGURE_DEPENDS ${SETTLED_CONSOLE_DIR}/*)
else()
  set(console_built ${CMAKE_BINARY_DIR}/console)
  file(GLOB_RECURSE console_inputs CONFIGURE_DEPENDS
    ${console_sources}/src/* ${console_sources}/style/* ${console_sources}/pages/*)
  list(APPEND console_inputs ${console_sources}/build.mjs ${CMAKE_BINARY_DIR}/console-packages.stamp)
  add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/console-packages.stamp VERBATIM
    DEPENDS ${console_sources}/package-lock.json ${console_sources}/package.json ${CMAKE_SOURCE_DIR}/cmake/console_packages.cmake
    COMMAND ${CMAKE_COMMAND} -DNPM=${SETTLED_NPM} -DSOURCES=${console_sources}
            -DSTAMP=${CMAKE_BINARY_DIR}/console-packages.stamp -P ${CMAKE_SOURCE_DIR}/cmake/console_packages.cmake
    COMMENT "console: npm ci")
endif()

if(console_built AND NOT SETTLED_CONSOLE_DIR)
  add_custom_command(OUTPUT ${console_cpp} VERBATIM
    DEPENDS ${console_inputs} ${CMAKE_SOURCE_DIR}/cmake/console_files.cmake
    COMMAND ${SETTLED_NODE} ${console_sources}/build.mjs --out ${console_built}
    COMMAND ${CMAKE_COMMAND} -DFILES=${console_built} -DOUTPUT=${console_cpp} -P ${CMAKE_SOURCE_DIR}/cmake/console_files.cmake
    COMMENT "console: the page")
else()
  add_custom_command(OUTPUT ${console_cpp} VERBATIM
    DEPENDS ${console_inputs} ${CMAKE_SOURCE_DIR}/cmake/console_files.cmake
    COMMAND ${CMAKE_COMMAND} -DFILES=${console_built} -DOUTPUT=${console_cpp} -P ${CMAKE_SOURCE_DIR}/cmake/console_files.cmake)
endif()
