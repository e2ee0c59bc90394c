// The rule about files of which nginx reads a part and skips the rest without a word.
#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "audit/rules/mending.h"
#include "audit/rules/rules.h"
#include "audit/trust/upstream_trust.h"
#include "config/references.h"
#include "pki/file_reader.h"

namespace mtls::audit::rules {
namespace {

using config::FileRole;
using pki::FileReader;

/// A file that nginx reads, with the first directive that names it.
struct Use {
  std::optional<base::SourceLocation> at;
  std::set<FileReader> readers;
};
using UsesByPath = std::map<std::string, Use>;

// A client CA file has a second reader, for the names, which skips nothing else (R4.3).
FileReader reader_for(FileRole role, const config::NginxBuild& build) {
  if (role == FileRole::kCertificate) return FileReader::kCertificateChain;
  if (!build.loads_ca_by_pem_read()) return FileReader::kStoreFile;
  return role == FileRole::kCrl ? FileReader::kCrlList : FileReader::kCaList;
}

class Reads {
 public:
  explicit Reads(const HostView& host) : build_(host.snapshot.policy->build) {
    for (const config::TlsContext& server : host.resolved().servers) {
      if (server.has_context) of_server(server);
    }
    for (const config::UpstreamTlsContext& upstream : host.resolved().upstreams) {
      of_upstream(upstream);
    }
  }

  const UsesByPath& by_path() const { return uses_; }

 private:
  void of_server(const config::TlsContext& server) {
    const trust::TrustPaths opened = trust::trust_paths(server, build_);
    config::for_each_reference(server, [&](const config::FileReference& reference) {
      switch (reference.role) {
        case FileRole::kCertificate:
          for (const std::string& path : known_paths(reference.file)) add(path, reference);
          return;
        case FileRole::kClientCa: return add_opened(opened.client, reference);
        case FileRole::kTrustedCa: return add_opened(opened.trusted, reference);
        case FileRole::kCrl: return add_opened(opened.crl, reference);
        default: return;
      }
    });
  }

  void of_upstream(const config::UpstreamTlsContext& upstream) {
    const trust::UpstreamFiles files = trust::upstream_files(upstream);
    config::for_each_reference(upstream, [&](const config::FileReference& reference) {
      for (const std::string& path : known_paths(reference.file)) {
        const auto is_among = [&](const std::vector<std::string>& paths) {
          return std::ranges::find(paths, path) != paths.end();
        };
        const bool is_read =
            (reference.role == FileRole::kTrustedCa && is_among(files.trusted)) ||
            (reference.role == FileRole::kCertificate && is_among(files.certificates)) ||
            (reference.role == FileRole::kCrl && files.crl != nullptr && *files.crl == path);
        if (is_read) add(path, reference);
      }
    });
  }

  void add_opened(const std::string* path, const config::FileReference& reference) {
    if (path != nullptr) add(*path, reference);
  }

  void add(const std::string& path, const config::FileReference& reference) {
    Use& use = uses_[path];
    if (!use.at && reference.directive) use.at = reference.directive->at;
    use.readers.insert(reader_for(reference.role, build_));
  }

  const config::NginxBuild& build_;
  UsesByPath uses_;
};

/// One thing that nginx skips.
struct Lost {
  std::uint32_t line;
  std::string why;
  std::string remedy;
};

std::vector<Lost> lost_in(const MaterialFile& file) {
  const pki::Material& material = *file.material;
  std::vector<Lost> lost;
  for (const pki::encoding::SkippedBlock& skipped : material.skipped) {
    lost.push_back({skipped.line,
                    "nginx skips what begins there, since " + std::string(what_is(skipped.cause)),
                    remedy_for(skipped, file.path)});
  }
  for (const pki::BlockError& error : material.block_errors) {
    if (error.message == pki::kTooManyElements) continue;  // bundle-unparsable speaks
    lost.push_back({error.line, "nginx skips the block that begins there: " + error.message, ""});
  }
  for (const pki::TrailingBytes& trailing : material.trailing) {
    lost.push_back({trailing.line,
                    "nginx skips " + std::to_string(trailing.bytes) +
                        " bytes behind the certificate in the block that begins there; in a CA "
                        "file, 1.27.2 and later refuse them",
                    remedy_for(trailing, file.path)});
  }
  std::ranges::stable_sort(lost, {}, &Lost::line);
  return lost;
}

bool is_refused(const Use& use, const pki::Material& material) {
  return std::ranges::any_of(use.readers, [&](FileReader reader) {
    return pki::read_error(material, reader).has_value();
  });
}

bool has_more_than_blocks(const std::shared_ptr<const MaterialFile>& file) {
  const pki::Material* material = file->material.get();
  return material != nullptr && !(material->skipped.empty() && material->block_errors.empty() &&
                                  material->trailing.empty());
}

void partly_read(const HostView& host, Findings& findings) {
  // Nearly every host; who reads what takes long to find out.
  if (std::ranges::none_of(host.snapshot.material.files(), has_more_than_blocks)) return;
  const Reads reads(host);
  for (const auto& [path, use] : reads.by_path()) {
    const auto file = host.material().file(&path);
    if (!file || !file->material || file->settling || is_refused(use, *file->material)) continue;
    std::vector<Lost> lost = lost_in(*file);
    if (lost.empty()) continue;
    const std::string more =
        lost.size() > 1 ? " (and at " + std::to_string(lost.size() - 1) + " more place(s))" : "";
    const std::string line = ": line " + std::to_string(lost.front().line) + ": ";
    Finding finding = finding_at(use.at, (path + line).append(lost.front().why).append(more));
    finding.path = path;
    finding.remedy = std::move(lost.front().remedy);
    findings.add(std::move(finding));
  }
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kBundlePartlyRead,
         .id = "bundle-partly-read",
         .severity = Severity::kWarning,
         .about = About::kFile,
         .meaning = "nginx reads a part of the file and skips something that looks like a "
                    "certificate or a CRL, without a word: whoever depends on it is refused, or "
                    "is not revoked.",
         .remedy = "Write the file again, with each block between its own BEGIN and END lines; "
                   "remove what is not meant to count.",
         .check = partly_read},
};

}  // namespace

Subject partly_read_rules() { return kRules; }

}  // namespace mtls::audit::rules
