#include "daemon/commands/observed_list.h"

#include <algorithm>

#include <unistd.h>

#include "daemon/commands/command.h"
#include "daemon/commands/observed_state.h"
#include "daemon/commands/terminal.h"
#include "daemon/system/log/log.h"
#include "reports/clients/formats.h"

namespace mtls::daemon::commands {
namespace {

base::Result<int> said(const std::string& text) {
  const auto printed = print(text);
  return printed ? base::Result<int>(kClean) : tl::unexpected(printed.error());
}

// A whole fingerprint, or how one begins; nobody is erased because of a beginning that fits two.
base::Result<std::string> whole_fingerprint(observed::ClientStore& store, const std::string& text) {
  const auto clients = store.load();
  if (!clients) return tl::unexpected(clients.error());
  std::vector<std::string> fitting;
  for (const running::ObservedClient& client : *clients) {
    if (client.fingerprint.starts_with(text)) fitting.push_back(client.fingerprint);
  }
  if (fitting.size() == 1) return fitting.front();
  const char* const why = fitting.empty() ? "no client that is kept has the fingerprint "
                                          : "more than one client's fingerprint begins with ";
  return base::fail(base::ErrorCode::kInvalidArgument, "--erase: " + (why + text));
}

base::Result<int> erase(observed::ClientStore& store, const std::string& what) {
  if (what == "all") {
    const auto count = store.erase_all();
    if (!count) return tl::unexpected(count.error());
    return said(std::to_string(*count) + (*count == 1 ? " client" : " clients") + " erased.\n");
  }
  const auto fingerprint = whole_fingerprint(store, what);
  if (!fingerprint) return tl::unexpected(fingerprint.error());
  const auto done = store.erase(*fingerprint);
  if (!done) return tl::unexpected(done.error());
  return said("client " + *fingerprint + " erased.\n");
}

base::Result<int> list(observed::ClientStore& store, const settings::ClientsOptions& options) {
  auto clients = store.load();
  if (!clients) return tl::unexpected(clients.error());
  const base::sys_seconds now = wall_clock();
  const std::size_t all = clients->size();
  return said(options.format->render(
      {.clients = reports::clients::select(std::move(*clients), options.selection, now),
       .all = all,
       .since = store.since(),
       .now = now,
       .style = text_style(),
       .columns = terminal_columns(STDOUT_FILENO)}));
}

}  // namespace

int list_clients(const settings::Options& options) {
  return run_alone(options, [&](base::FileSystem& disk) -> base::Result<int> {
    auto store = open_observed(options, disk);
    if (!store) return tl::unexpected(store.error());
    return options.clients.erase.empty() ? list(*store, options.clients)
                                         : erase(*store, options.clients.erase);
  });
}

}  // namespace mtls::daemon::commands
