#include "daemon/dump_command.h"

#include "config/include.h"
#include "daemon/one_shot.h"
#include "reports/dump_conf.h"
#include "reports/dump_crossplane.h"
#include "reports/dump_json.h"
#include "reports/dump_opa.h"

namespace mtls::daemon {
namespace {

// The files once more, as bytes, in the order nginx opens them.
std::string conf(const config::Document& document, base::FileSystem& disk) {
  std::string text;
  for (const std::string& path : document.files) {
    if (const auto content = disk.read(path, config::IncludeLimits{}.max_file_bytes)) {
      text += reports::dump_conf(path, content->text());
    }
  }
  return text;
}

std::string dumped(DumpFormat format, const reports::Assessment& assessment,
                   base::FileSystem& disk) {
  switch (format) {
    case DumpFormat::kJson: return reports::dump_json(assessment);
    case DumpFormat::kOpa: return reports::dump_opa(assessment);
    case DumpFormat::kConf: return conf(assessment.document(), disk);
    case DumpFormat::kCrossplane: break;
  }
  return reports::dump_crossplane(assessment,
                                  config::load_file_trees(disk, assessment.policy.nginx_conf));
}

base::Result<int> understand(DumpFormat format, const audit::Policy& policy,
                             base::FileSystem& disk) {
  const auto snapshot = evaluate(policy, disk, wall_clock());
  const reports::Assessment assessment{.snapshot = *snapshot, .policy = policy};
  const auto printed = print(dumped(format, assessment, disk));
  if (!printed) return tl::unexpected(printed.error());
  return snapshot->nginx_errors().empty() ? kClean : kRefused;
}

}  // namespace

int dump(const Options& options) {
  return run_once(options, [&](const audit::Policy& policy, base::FileSystem& disk) {
    return understand(options.dump_format, policy, disk);
  });
}

}  // namespace mtls::daemon
