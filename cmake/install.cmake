# cmake --install BUILD [--prefix PREFIX]: the program, the units, and what ships beside it.
set(data share/nginx-mtls-exporter)
set(doc share/doc/nginx-mtls-exporter)

install(TARGETS nginx-mtls-exporter RUNTIME DESTINATION bin)
install(DIRECTORY policies dashboards mixin DESTINATION ${data})
install(DIRECTORY examples/nginx DESTINATION ${data})  # what nginx.conf includes
install(DIRECTORY docs examples DESTINATION ${doc} USE_SOURCE_PERMISSIONS)
install(FILES README.md CHANGELOG.md SECURITY.md CONTRIBUTING.md LICENSE DESTINATION ${doc})
install(FILES systemd/nginx-mtls-exporter.sysusers DESTINATION lib/sysusers.d RENAME nginx-mtls-exporter.conf)
install(FILES systemd/nginx-mtls-exporter.tmpfiles DESTINATION lib/tmpfiles.d RENAME nginx-mtls-exporter.conf)

# The prefix is known only at that time.
install(CODE "set(MTLS_SYSTEMD \"${PROJECT_SOURCE_DIR}/systemd\")\nset(MTLS_ALERTS \"${PROJECT_SOURCE_DIR}/alerts\")
set(MTLS_SCRATCH \"${CMAKE_BINARY_DIR}/installed\")")
install(SCRIPT cmake/install_units.cmake)
install(SCRIPT cmake/install_help.cmake)
install(SCRIPT cmake/install_alerts.cmake)
