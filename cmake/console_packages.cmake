# cmake -DNPM= -DSOURCES= -DSTAMP= -P: installs the console's packages, as its lock file says, unless that is done.
# Scripts of packages are not run.
cmake_minimum_required(VERSION 3.25)
set(done ${SOURCES}/node_modules/.settled-lock.json)
set(same 1)
if(EXISTS ${done})
  execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${SOURCES}/package-lock.json ${done}
    RESULT_VARIABLE same OUTPUT_QUIET ERROR_QUIET)
endif()
if(NOT same EQUAL 0)
  execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund WORKING_DIRECTORY ${SOURCES} RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "the console's packages could not be installed; -DSETTLED_CONSOLE=OFF builds the server without the console")
  endif()
  configure_file(${SOURCES}/package-lock.json ${done} COPYONLY)
endif()
file(TOUCH ${STAMP})
