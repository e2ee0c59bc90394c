#include "daemon/commands/baseline.h"

#include <filesystem>

namespace mtls::daemon::commands {
namespace {

namespace fs = std::filesystem;

// The directory in place of that of --root, of the root directory, or of the main file's.
base::Result<inputs::InputOptions> stand_in(const settings::Options& options,
                                            const std::string& main_path) {
  const std::string& directory = options.check.against;
  const auto has = [&](const std::string& place) {
    std::error_code error;
    return main_path.starts_with(place + "/") &&
           fs::exists(directory + main_path.substr(place.size()), error);
  };
  const std::string place = inputs::parse_root(options.root).place;
  if (has(place)) {
    return inputs::InputOptions{.root = place.empty() ? directory : place + "=" + directory,
                                .nginx_conf = main_path};
  }
  const std::string beside = main_path.substr(0, main_path.rfind('/'));
  if (options.root.empty() && has(beside)) {
    return inputs::InputOptions{.root = beside + "=" + directory,
                                .nginx_conf = main_path,
                                .elsewhere = inputs::Elsewhere::kAsItIs};
  }
  return base::fail(base::ErrorCode::kInvalidArgument,
                    "--against: " + directory + " does not have " + main_path +
                        "; name a tree with the same main file, or a dump of nginx -T");
}

}  // namespace

base::Result<std::unique_ptr<inputs::Inputs>> open_baseline(const settings::Options& options,
                                                            inputs::Inputs& now,
                                                            audit::Policy& policy) {
  const std::string main_path = now.wrapped().value_or(policy.nginx_conf);
  std::error_code error;
  inputs::InputOptions what{
      .root = options.root, .dump = options.check.against, .dump_flag = "--against"};
  if (!options.manifests.empty()) {
    what.dump.clear();
    what.manifests = {options.check.against};
  } else if (fs::is_directory(options.check.against, error)) {
    auto stand = stand_in(options, main_path);
    if (!stand) return tl::unexpected(stand.error());
    what = std::move(*stand);
  }
  auto opened = inputs::Inputs::open(what, now.disk());
  if (!opened) return tl::unexpected(opened.error());
  for (const audit::CanarySetting& canary : policy.canaries) (*opened)->add_own(canary.certificate);
  policy.nginx_conf = *(*opened)->main_path();
  if ((*opened)->is_away()) policy.missing_files = audit::MissingFiles::kWarning;
  if (const auto main = (*opened)->wrap_vhost(policy.nginx_conf, policy.build))
    policy.nginx_conf = *main;
  return opened;
}

}  // namespace mtls::daemon::commands
