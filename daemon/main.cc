#include <csignal>
#include <iostream>

#include "daemon/app.h"
#include "daemon/check_command.h"
#include "daemon/dump_command.h"
#include "daemon/explain_command.h"
#include "daemon/options.h"

namespace {

int run(const mtls::daemon::Options& options) {
  switch (options.command) {
    case mtls::daemon::Command::kCheck: return mtls::daemon::check(options);
    case mtls::daemon::Command::kDump: return mtls::daemon::dump(options);
    case mtls::daemon::Command::kExplain: return mtls::daemon::explain(options);
    case mtls::daemon::Command::kServe: break;
  }
  return mtls::daemon::serve(options);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that leaves early must not end us
  const auto options = mtls::daemon::parse_options(argc, argv);
  if (const auto* leave = std::get_if<mtls::daemon::Leave>(&options)) {
    (leave->code == 0 ? std::cout : std::cerr) << leave->text;
    return leave->code;
  }
  return run(std::get<mtls::daemon::Options>(options));
}
