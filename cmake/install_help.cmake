# Run by cmake --install: the manual page and the completions of shells, as the program that was just installed prints
# them. A program for another processor cannot be asked; then they are left out.
set(program $ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/bin/nginx-mtls-exporter)
function(install_text file folder)
  execute_process(COMMAND ${program} ${ARGN} OUTPUT_VARIABLE text RESULT_VARIABLE failed)
  if(failed)
    message(WARNING "${program} ${ARGN}: ${failed}; ${file} is not installed")
    return()
  endif()
  file(WRITE ${MTLS_SCRATCH}/${file} "${text}")
  file(INSTALL ${MTLS_SCRATCH}/${file} DESTINATION ${CMAKE_INSTALL_PREFIX}/share/${folder})
endfunction()

install_text(nginx-mtls-exporter.8 man/man8 man)
install_text(nginx-mtls-exporter.5 man/man5 man 5)
install_text(nginx-mtls-exporter bash-completion/completions completion bash)
install_text(_nginx-mtls-exporter zsh/site-functions completion zsh)
install_text(nginx-mtls-exporter.fish fish/vendor_completions.d completion fish)
