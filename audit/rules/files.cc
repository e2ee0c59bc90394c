// Rules about the files a server block refers to, as nginx loads them.
#include <set>

#include "audit/rules/rules.h"
#include "pki/file_reader.h"

namespace mtls::audit::rules {
namespace {

enum class Use { kClient, kTrusted, kCrl };

// Whether nginx refuses a file in which every block parses: it finds nothing of what it came for.
bool holds_nothing(const ServerView& view, const pki::Material& material, Use use) {
  using pki::FileReader;
  if (view.build.loads_ca_by_pem_read()) {
    return pki::read_error(material, use == Use::kCrl ? FileReader::kCrlList : FileReader::kCaList)
        .has_value();
  }
  return pki::read_error(material, FileReader::kStoreFile) ||  // R3.35, R4.4: either will do
         (use == Use::kClient && pki::read_error(material, FileReader::kCaNames));
}

void check_content(const ServerView& view, const MaterialFile& file, Use use,
                   std::vector<Finding>& findings) {
  const pki::Material& material = *file.material;
  if (file.settling) return;  // just being written: judged when it holds still
  if (!material.block_errors.empty()) {
    const pki::BlockError& first = material.block_errors.front();
    findings.push_back(
        finding_for_file(view, FindingKind::kBundleUnparsable, file.path,
                         "the block at line " + std::to_string(first.line) + ": " + first.message));
  } else if (holds_nothing(view, material, use) && use == Use::kCrl) {
    findings.push_back(
        finding_for_file(view, FindingKind::kBundleUnparsable, file.path, "holds no CRL"));
  } else if (holds_nothing(view, material, use)) {
    findings.push_back(finding_for_file(view, FindingKind::kBundleEmpty, file.path,
                                        "holds no certificate that nginx reads"));
  }
  if (material.contains_private_key) {
    findings.push_back(
        finding_for_file(view, FindingKind::kPrivateKeyInBundle, file.path, "holds a private key"));
  }
}

void duplicates(const ServerView& view, const MaterialFile& file, std::vector<Finding>& findings) {
  std::set<pki::Fingerprint> seen;
  std::size_t copies = 0;
  for (const pki::Certificate& certificate : file.material->certificates) {
    if (!seen.insert(certificate.facts().fingerprint).second) ++copies;
  }
  if (copies == 0) return;
  findings.push_back(
      finding_for_file(view, FindingKind::kDuplicateCertificate, file.path,
                       std::to_string(copies) + " certificate(s) stand in it more than once"));
}

void check_file(const ServerView& view, const std::string* path, Use use,
                std::vector<Finding>& findings) {
  const auto file = view.material().file(path);
  if (!file) return;
  if (file->error) {
    const bool is_fifo = file->error->code == base::ErrorCode::kFifo;
    findings.push_back(
        finding_for_file(view, FindingKind::kBundleUnreadable, file->path,
                         std::string(word(file->error->code)) +
                             (is_fifo ? ", nginx waits until somebody writes to it" : "")));
    return;
  }
  check_content(view, *file, use, findings);
  if (use != Use::kCrl) duplicates(view, *file, findings);
}

}  // namespace

void file_rules(const ServerView& view, std::vector<Finding>& findings) {
  const trust::TrustPaths paths = trust::trust_paths(view.server(), view.build);
  check_file(view, paths.client, Use::kClient, findings);
  if (paths.trusted != nullptr && (paths.client == nullptr || *paths.trusted != *paths.client)) {
    check_file(view, paths.trusted, Use::kTrusted, findings);
  }
  check_file(view, paths.crl, Use::kCrl, findings);
}

}  // namespace mtls::audit::rules
