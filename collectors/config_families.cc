#include <algorithm>
#include <map>
#include <tuple>

#include "audit/rules/registry.h"
#include "collectors/collect.h"

namespace mtls::collectors {
namespace {

void file_families(const audit::Snapshot& snapshot, Families& families) {
  constexpr double kNanoseconds = 1e9;
  Family modified(kFileModified);
  Family readable(kFileReadable);
  for (const auto& [path, file] : snapshot.material) {
    readable.add({{"path", path}, {"reader", "exporter"}}, file->error ? 0 : 1);
    if (!file->seen.stamp) continue;
    const auto latest = std::max(file->seen.stamp->mtime_ns, file->seen.stamp->ctime_ns);
    modified.add({{"path", path}}, static_cast<double>(latest) / kNanoseconds);
  }
  families.push_back(modified.take());
  families.push_back(readable.take());
}

void finding_family(const audit::Snapshot& snapshot, Families& families) {
  using Key = std::tuple<std::string, std::string, std::string, std::string>;
  std::map<Key, std::size_t> counts;
  for (const audit::Finding& finding : snapshot.findings) {
    const audit::rules::Rule& rule = audit::rules::rule_of(finding.kind);
    const config::ContextId id = finding.context.value_or(config::ContextId{});
    ++counts[{std::string(rule.id), std::string(word(finding.severity)), id.server, id.listen}];
  }

  Family family(kFindings);
  for (const auto& [key, n] : counts) {
    const auto& [rule, severity, server, listen] = key;
    family.add({{"rule", rule}, {"severity", severity}, {"server", server}, {"listen", listen}},
               static_cast<double>(n));
  }
  families.push_back(family.take());
}

void single(const FamilySpec& spec, double value, Families& families) {
  Family family(spec);
  family.add({}, value);
  families.push_back(family.take());
}

}  // namespace

void config_families(const audit::Snapshot& snapshot, Families& families) {
  file_families(snapshot, families);
  finding_family(snapshot, families);
  const audit::ConfigView& view = *snapshot.config;
  single(kConfigParseSuccess, view.parsed() ? 1 : 0, families);
  if (view.last_success)
    single(kConfigLastSuccess, base::unix_seconds(*view.last_success), families);
  single(kConfigFiles, static_cast<double>(view.document->files.size()), families);
  single(kConfigServers, static_cast<double>(view.resolved.servers.size()), families);
}

}  // namespace mtls::collectors
