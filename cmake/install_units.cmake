# Run by cmake --install: the units, with the paths that they name below the prefix, and the file with the service's
# flags. An existing file of flags belongs to the administrator and stays. A prefix of /usr means /etc, as everywhere.
set(etc ${CMAKE_INSTALL_PREFIX}/etc)
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  set(etc /etc)
endif()

foreach(suffix service socket)
  set(unit nginx-mtls-exporter.${suffix})
  file(READ ${MTLS_SYSTEMD}/${unit} text)
  string(REPLACE "/usr/bin/nginx-mtls-exporter" "${CMAKE_INSTALL_PREFIX}/bin/nginx-mtls-exporter" text "${text}")
  string(REPLACE "/usr/share/doc/" "${CMAKE_INSTALL_PREFIX}/share/doc/" text "${text}")
  string(REPLACE "/etc/default/" "${etc}/default/" text "${text}")
  file(WRITE ${MTLS_SCRATCH}/${unit} "${text}")
  file(INSTALL ${MTLS_SCRATCH}/${unit} DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/systemd/system)
endforeach()

if(NOT EXISTS $ENV{DESTDIR}${etc}/default/nginx-mtls-exporter)
  file(INSTALL ${MTLS_SYSTEMD}/nginx-mtls-exporter.default DESTINATION ${etc}/default RENAME nginx-mtls-exporter)
endif()
