#include "daemon/commands/dump.h"

#include "config/include.h"
#include "daemon/commands/command.h"
#include "reports/dump/conf.h"
#include "reports/dump/crossplane.h"
#include "reports/dump/json.h"
#include "reports/dump/opa.h"

namespace mtls::daemon::commands {
namespace {

// Reads the files once more, as bytes, in the order in which nginx opens them.
std::string conf(const config::syntax::Document& document, base::FileSystem& disk) {
  std::string text;
  for (const std::string& path : document.files) {
    if (const auto content = disk.read(path, config::IncludeLimits{}.max_file_bytes)) {
      text += reports::dump::dump_conf(path, content->text());
    }
  }
  return text;
}

std::string dumped(settings::DumpFormat format, const reports::Assessment& assessment,
                   base::FileSystem& disk) {
  switch (format) {
    case settings::DumpFormat::kJson: return reports::dump::dump_json(assessment);
    case settings::DumpFormat::kOpa: return reports::dump::dump_opa(assessment);
    case settings::DumpFormat::kConf: return conf(assessment.document(), disk);
    case settings::DumpFormat::kCrossplane: break;
  }
  return reports::dump::dump_crossplane(
      assessment, config::load_file_trees(disk, assessment.policy.nginx_conf));
}

base::Result<int> understand(settings::DumpFormat format, const audit::Policy& policy,
                             base::FileSystem& disk) {
  const auto snapshot = evaluate(policy, disk, wall_clock());
  const reports::Assessment assessment{.snapshot = *snapshot, .policy = policy};
  const auto printed = print(dumped(format, assessment, disk));
  if (!printed) return tl::unexpected(printed.error());
  return snapshot->nginx_errors().empty() ? kClean : kRefused;
}

}  // namespace

int dump(const settings::Options& options) {
  return run_command(options, [&](const audit::Policy& policy, base::FileSystem& disk) {
    return understand(options.dump_format, policy, disk);
  });
}

}  // namespace mtls::daemon::commands
