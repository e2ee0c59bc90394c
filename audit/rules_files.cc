// Rules about the files a server block refers to, as nginx loads them.
#include <set>

#include "audit/rules.h"

namespace mtls::audit {
namespace {

enum class Use { kBundle, kCrl };

void check_content(const ServerView& view, const MaterialFile& file, Use use,
                   std::vector<Finding>& findings) {
  const pki::Material& material = *file.material;
  const bool nothing =
      use == Use::kCrl ? material.revocation_lists.empty() : material.certificates.empty();
  if (file.settling) return;  // just being written: judged when it holds still
  if (!material.block_errors.empty()) {
    const pki::BlockError& first = material.block_errors.front();
    findings.push_back(
        about_file(view, FindingKind::kBundleUnparsable, file.path,
                   "the block at line " + std::to_string(first.line) + ": " + first.message));
  } else if (nothing && use == Use::kCrl) {
    findings.push_back(about_file(view, FindingKind::kBundleUnparsable, file.path, "holds no CRL"));
  } else if (nothing) {
    findings.push_back(
        about_file(view, FindingKind::kBundleEmpty, file.path, "holds no certificate"));
  }
  if (material.contains_private_key) {
    findings.push_back(
        about_file(view, FindingKind::kPrivateKeyInBundle, file.path, "holds a private key"));
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
      about_file(view, FindingKind::kDuplicateCertificate, file.path,
                 std::to_string(copies) + " certificate(s) stand in it more than once"));
}

void check_file(const ServerView& view, const std::string* path, Use use,
                std::vector<Finding>& findings) {
  const auto file = find_file(view.snapshot, path);
  if (!file) return;
  if (file->error) {
    findings.push_back(about_file(view, FindingKind::kBundleUnreadable, file->path,
                                  std::string(word(file->error->code))));
    return;
  }
  check_content(view, *file, use, findings);
  if (use == Use::kBundle) duplicates(view, *file, findings);
}

}  // namespace

void file_rules(const ServerView& view, std::vector<Finding>& findings) {
  const TrustPaths paths = trust_paths(view.server(), view.build);
  check_file(view, paths.client, Use::kBundle, findings);
  if (paths.trusted != nullptr && (paths.client == nullptr || *paths.trusted != *paths.client)) {
    check_file(view, paths.trusted, Use::kBundle, findings);
  }
  check_file(view, paths.crl, Use::kCrl, findings);
}

}  // namespace mtls::audit
