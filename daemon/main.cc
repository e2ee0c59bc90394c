#include <csignal>
#include <iostream>

#include "daemon/app.h"
#include "daemon/options.h"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a client that leaves early must not end us
  const auto options = mtls::daemon::parse_options(argc, argv);
  if (const auto* leave = std::get_if<mtls::daemon::Leave>(&options)) {
    (leave->code == 0 ? std::cout : std::cerr) << leave->text;
    return leave->code;
  }
  return mtls::daemon::serve(std::get<mtls::daemon::Options>(options));
}
