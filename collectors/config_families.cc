#include <algorithm>

#include "collectors/family_groups.h"

namespace mtls::collectors {
namespace {

void write_file(const audit::MaterialFile& file, SampleWriter& out) {
  constexpr double kNanoseconds = 1e9;
  const LabelText path{{"path", file.path}};
  out.add(kFileReadable, path.with("reader", "exporter"), file.error ? 0 : 1);
  if (!file.seen.stamp) return;
  const auto latest = std::max(file.seen.stamp->mtime_ns, file.seen.stamp->ctime_ns);
  out.add(kFileModified, path, static_cast<double>(latest) / kNanoseconds);
}

}  // namespace

FileFamilies::FileFamilies(bool is_compact)
    : files_({&kFileModified, &kFileReadable}, is_compact) {}

void FileFamilies::update(const Delta& delta) {
  const auto& [same_paths, positions, files] = delta.files;
  if (!same_paths) {
    std::vector<std::string> identities;
    for (const audit::MaterialFile* file : files)
      identities.push_back(LabelText{{"path", file->path}}.text());
    files_.arrange(identities);
    objects_.resize(files.size());
  }
  for (std::size_t i = 0; i < positions.size(); ++i) objects_[positions[i]] = files[i];
  files_.write(delta.files.positions,
               [&](std::size_t object, SampleWriter& out) { write_file(*objects_[object], out); });
}

HostFamilies::HostFamilies()
    : config_({&kConfigParseSuccess, &kConfigLastSuccess, &kConfigFiles, &kConfigServers}),
      canaries_({&kCanaryNotAfter}) {
  config_.arrange({""});
  canaries_.arrange({""});
}

void HostFamilies::update(const Delta& delta) {
  config_.write({0}, [&](std::size_t, SampleWriter& out) {
    const audit::ConfigView& view = *delta.now.config;
    out.add(kConfigParseSuccess, {}, view.parsed() ? 1 : 0);
    if (view.last_success) out.add(kConfigLastSuccess, {}, base::unix_seconds(*view.last_success));
    out.add(kConfigFiles, {}, static_cast<double>(view.document->files.size()));
    out.add(kConfigServers, {}, static_cast<double>(view.resolved.servers.size()));
  });
  canaries_.write({0}, [&](std::size_t, SampleWriter& out) { write_canary_dates(delta.now, out); });
}

}  // namespace mtls::collectors
