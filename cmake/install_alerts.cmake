# Run by cmake --install: the alert rules, with links to the runbook that is installed beside them.
set(alerts ${CMAKE_INSTALL_PREFIX}/share/nginx-mtls-exporter/alerts)
file(READ ${MTLS_ALERTS}/nginx-mtls.rules.yml text)
string(REPLACE "runbook_url: \"alerts/" "runbook_url: \"file://${alerts}/" text "${text}")
file(WRITE ${MTLS_SCRATCH}/nginx-mtls.rules.yml "${text}")
file(INSTALL ${MTLS_SCRATCH}/nginx-mtls.rules.yml ${MTLS_ALERTS}/nginx-mtls-fleet.rules.yml ${MTLS_ALERTS}/runbook.md
     ${MTLS_ALERTS}/severities.md DESTINATION ${alerts})

# README.md, docs and the examples name these folders as they stand beside them in the source tree.
foreach(shipped alerts dashboards mixin policies)
  set(link $ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/share/doc/nginx-mtls-exporter/${shipped})
  file(REMOVE ${link})
  file(CREATE_LINK ../../nginx-mtls-exporter/${shipped} ${link} SYMBOLIC)
endforeach()
