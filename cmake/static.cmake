# MTLS_STATIC: whatever Debian has an archive (.a) of goes into the program, so that it runs on any system with this
# glibc or a later one, and with libsystemd. spdlog and fmt have no archive: their headers are compiled in.
set(OPENSSL_USE_STATIC_LIBS ${MTLS_STATIC})
set(ZLIB_USE_STATIC_LIBS ${MTLS_STATIC})
set(MTLS_SPDLOG spdlog::spdlog)

function(mtls_find_archive result library)
  find_library(MTLS_ARCHIVE_${library} NAMES lib${library}.a lib${library}_a.a REQUIRED)
  set(${result} ${MTLS_ARCHIVE_${library}} PARENT_SCOPE)
endfunction()

# An imported target of a CMake package, whose location depends on the configuration of that package's own build.
function(mtls_take_archive_of target library)
  mtls_find_archive(archive ${library})
  get_target_property(configurations ${target} IMPORTED_CONFIGURATIONS)
  foreach(configuration IN LISTS configurations)
    set_property(TARGET ${target} PROPERTY IMPORTED_LOCATION_${configuration} ${archive})
  endforeach()
endfunction()

macro(mtls_link_statically)
  set(MTLS_SPDLOG spdlog::spdlog_header_only)
  mtls_take_archive_of(yaml-cpp yaml-cpp)
  set_property(TARGET spdlog::spdlog_header_only PROPERTY INTERFACE_LINK_LIBRARIES Threads::Threads fmt::fmt-header-only)
  mtls_find_archive(uv uv)
  set_property(TARGET PkgConfig::UV PROPERTY INTERFACE_LINK_LIBRARIES ${uv} Threads::Threads ${CMAKE_DL_LIBS})
  mtls_find_archive(pcre2 pcre2-8)
  set_property(TARGET PkgConfig::PCRE2 PROPERTY INTERFACE_LINK_LIBRARIES ${pcre2})
  mtls_find_archive(sqlite sqlite3)
  set_property(TARGET PkgConfig::SQLITE PROPERTY INTERFACE_LINK_LIBRARIES ${sqlite} Threads::Threads ${CMAKE_DL_LIBS} m)
  mtls_find_archive(crypt crypt)
  add_library(crypt INTERFACE IMPORTED)  # stands in for -lcrypt
  target_link_libraries(crypt INTERFACE ${crypt})
  add_link_options(-static-libstdc++ -static-libgcc)
endmacro()
