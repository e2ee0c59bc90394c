# Language, warnings, hardening and sanitizers, the same for every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(MTLS_SANITIZE "" CACHE STRING "value for -fsanitize=, empty for none")
option(MTLS_WERROR "a warning is an error" OFF)
option(MTLS_FUZZ "tests/fuzz as libFuzzer programs (needs clang)" OFF)

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror=return-type)
if(MTLS_WERROR)
  add_compile_options(-Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  add_compile_options(-Wno-deprecated-declarations)  # libstdc++ 12's stable_sort uses what it calls deprecated; g++ keeps watch
endif()
add_compile_options(-fstack-protector-strong -fstack-clash-protection -fcf-protection)
add_compile_definitions(_GLIBCXX_ASSERTIONS)
add_link_options(-pie -Wl,-z,relro,-z,now,-z,noexecstack)

string(TOUPPER "${CMAKE_BUILD_TYPE}" MTLS_BUILD_TYPE)
if(MTLS_SANITIZE)
  add_compile_options(-fsanitize=${MTLS_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    add_compile_options(-Wno-maybe-uninitialized)  # gcc 12 sees ghosts in instrumented Asio and <regex>
  endif()
  add_link_options(-fsanitize=${MTLS_SANITIZE})
elseif("${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${MTLS_BUILD_TYPE}}" MATCHES "-O([1-3sgz]|fast)")
  set(MTLS_FORTIFIED ON)  # without optimisation glibc warns
  add_compile_definitions(_FORTIFY_SOURCE=2)
endif()

if(MTLS_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)  # coverage everywhere; the targets alone link its main()
endif()
