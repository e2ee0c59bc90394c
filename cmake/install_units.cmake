# Run by cmake --install: the units, with the paths that they name below the prefix, and the file with the service's
# flags. An existing file of flags belongs to the administrator and stays. A prefix of /usr means /etc, as everywhere.
set(etc ${CMAKE_INSTALL_PREFIX}/etc)
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  set(etc /etc)
endif()

function(install_unit unit folder)
  file(READ ${MTLS_SYSTEMD}/${unit} text)
  string(REPLACE "/usr/bin/nginx-mtls-exporter" "${CMAKE_INSTALL_PREFIX}/bin/nginx-mtls-exporter" text "${text}")
  string(REPLACE "/usr/share/doc/" "${CMAKE_INSTALL_PREFIX}/share/doc/" text "${text}")
  string(REPLACE "/etc/default/" "${etc}/default/" text "${text}")
  file(WRITE ${MTLS_SCRATCH}/${unit} "${text}")
  file(INSTALL ${MTLS_SCRATCH}/${unit} DESTINATION ${CMAKE_INSTALL_PREFIX}/${folder})
endfunction()

install_unit(nginx-mtls-exporter.service lib/systemd/system)
install_unit(nginx-mtls-exporter.socket lib/systemd/system)
install_unit(nginx-mtls-observer.socket lib/systemd/system)
# Drop-ins are the administrator's choice: below lib/systemd they would take effect.
file(GLOB drop_ins RELATIVE ${MTLS_SYSTEMD} ${MTLS_SYSTEMD}/*.conf)
foreach(drop_in IN LISTS drop_ins)
  install_unit(${drop_in} share/doc/nginx-mtls-exporter/systemd)
endforeach()

if(NOT EXISTS $ENV{DESTDIR}${etc}/default/nginx-mtls-exporter)
  file(INSTALL ${MTLS_SYSTEMD}/nginx-mtls-exporter.default DESTINATION ${etc}/default RENAME nginx-mtls-exporter)
endif()
