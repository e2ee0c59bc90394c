# What --version says of this build. A package builder names it; a checkout is asked; else it is "unknown". The date is
# that of the source, so that the same source builds the same bytes: SOURCE_DATE_EPOCH, else that of the commit.
set(MTLS_REVISION "" CACHE STRING "revision of the source, empty: ask git")
set(MTLS_BRANCH "" CACHE STRING "branch of the source, empty: ask git")
find_package(Git QUIET)

function(mtls_ask_git result)
  set(answer "unknown")
  if(GIT_FOUND)
    execute_process(COMMAND ${CMAKE_COMMAND} -E env TZ=UTC0 ${GIT_EXECUTABLE} ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
                    OUTPUT_VARIABLE said OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
    if(NOT failed)
      set(answer "${said}")
    endif()
  endif()
  set(${result} "${answer}" PARENT_SCOPE)
endfunction()

set(mtls_revision "${MTLS_REVISION}")
if(NOT mtls_revision)
  mtls_ask_git(mtls_revision rev-parse --short HEAD)
endif()
set(mtls_branch "${MTLS_BRANCH}")
if(NOT mtls_branch)
  mtls_ask_git(mtls_branch rev-parse --abbrev-ref HEAD)
endif()
if("$ENV{SOURCE_DATE_EPOCH}" STREQUAL "")
  mtls_ask_git(mtls_build_date -c log.showSignature=false log -1 --format=%cd --date=format-local:%Y%m%d-%H:%M:%S)
else()
  string(TIMESTAMP mtls_build_date "%Y%m%d-%H:%M:%S" UTC)  # of SOURCE_DATE_EPOCH
endif()

# As Go names processors, for that is how exporters print them.
string(TOLOWER "${CMAKE_SYSTEM_NAME}/${CMAKE_SYSTEM_PROCESSOR}" mtls_platform)
string(REPLACE "/x86_64" "/amd64" mtls_platform "${mtls_platform}")
string(REPLACE "/aarch64" "/arm64" mtls_platform "${mtls_platform}")
set(MTLS_BUILD_INFO MTLS_VERSION="${PROJECT_VERSION}" MTLS_REVISION="${mtls_revision}" MTLS_BRANCH="${mtls_branch}"
    MTLS_BUILD_DATE="${mtls_build_date}" MTLS_PLATFORM="${mtls_platform}"
    MTLS_COMPILER="${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")
