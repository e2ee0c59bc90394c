#include "daemon/commands/clients.h"

#include <algorithm>

namespace mtls::daemon::commands {
namespace {

bool is_pattern(const std::string& path) { return path.find_first_of("*?[") != std::string::npos; }

base::Result<void> mistake(const std::string& text) {
  return base::fail(base::ErrorCode::kInvalidArgument, text);
}

void add(const std::string& name, const std::string& path, audit::Policy& policy) {
  policy.canaries.push_back(
      {.name = name, .certificate = path, .expect = audit::Expect::kNothing, .servers = {}});
}

base::Result<void> add_named(const settings::ClientCertificate& client,
                             const std::vector<audit::CanarySetting>& settings,
                             inputs::Inputs& inputs, audit::Policy& policy) {
  const std::string path = client.path.empty() ? "" : inputs::absolute_path(client.path);
  inputs.add_own(path);
  if (is_pattern(path) && inputs.files().glob(path).value_or(std::vector<std::string>{}).empty()) {
    return mistake("--client-cert: no file matches " + path);
  }
  const bool is_taken =
      std::ranges::any_of(settings, [&](const auto& canary) { return canary.name == client.name; });
  if (is_taken) {
    return mistake("--client-cert: the settings have a canary named \"" + client.name +
                   "\" already");
  }
  add(client.name, path, policy);
  return {};
}

base::Result<void> add_file(const std::string& file, inputs::Inputs& inputs,
                            inputs::ClientFiles& listed, audit::Policy& policy) {
  const std::string path = inputs::absolute_path(file);
  inputs.add_own(path);
  std::vector<std::string> paths{path};
  if (is_pattern(path)) paths = inputs.files().glob(path).value_or(std::vector<std::string>{});
  if (paths.empty()) return mistake("--clients: no file matches " + path);
  for (const std::string& one : paths) {
    const auto clients = listed.add(one, policy.limits.max_file_bytes);
    if (!clients) return mistake("--clients: " + clients.error().message);
    for (const inputs::ListedClient& client : *clients) add(client.name, client.path, policy);
  }
  return {};
}

}  // namespace

base::Result<void> add_clients(const settings::CheckOptions& options, inputs::Inputs& inputs,
                               inputs::ClientFiles& listed, audit::Policy& policy) {
  const std::vector<audit::CanarySetting> settings = policy.canaries;
  for (const settings::ClientCertificate& client : options.clients) {
    if (auto good = add_named(client, settings, inputs, policy); !good) return good;
  }
  for (const std::string& file : options.client_files) {
    if (auto good = add_file(file, inputs, listed, policy); !good) return good;
  }
  return {};
}

base::Result<void> check_clients(const settings::CheckOptions& options,
                                 const audit::Snapshot& snapshot) {
  for (const audit::Canary& canary : snapshot.canaries) {
    const bool is_named = canary.expect == audit::Expect::kNothing || !options.bundle.empty();
    if (!is_named || canary.path.empty()) continue;
    const audit::MaterialFile& file = *snapshot.material.at(canary.path);
    if (file.error) return mistake(file.error->message);
    if (file.material->certificates.empty()) {
      return mistake(
          canary.path +
          ": no certificate in this file (name a PEM file with the client's certificate)");
    }
  }
  return {};
}

}  // namespace mtls::daemon::commands
