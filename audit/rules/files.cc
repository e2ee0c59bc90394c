// Rules about the files that nginx reads for a server block: whether it can load them, what they
// hold beside what they should, and who may write them.
#include <array>
#include <set>

#include "audit/rules/rules.h"
#include "base/text.h"
#include "pki/file_reader.h"

namespace mtls::audit::rules {
namespace {

void runtime_path(const ServerView& view, Findings& findings) {
  for (const config::FileRef& reference : view.server().certificates.value) {
    const auto* runtime = std::get_if<config::RuntimePath>(&reference);
    if (runtime != nullptr && runtime->followed.empty()) {
      findings.add(finding_for(view, runtime->text + " is known only at the handshake"));
    }
  }
}

enum class Use { kClient, kTrusted, kCrl };

struct OpenedFile {
  std::size_t item;  // its place among the findings
  Use use;
  std::shared_ptr<const MaterialFile> file;
};

// In nginx's order, each once.
std::vector<OpenedFile> opened_files(const ServerView& view) {
  const trust::TrustPaths paths = trust::trust_paths(view.server(), view.build);
  std::vector<OpenedFile> opened;
  const auto open = [&](const std::string* path, Use use) {
    auto file = view.material().file(path);
    if (file) opened.push_back({.item = opened.size() + 1, .use = use, .file = std::move(file)});
  };
  open(paths.client, Use::kClient);
  const bool twice =
      paths.client != nullptr && paths.trusted != nullptr && *paths.trusted == *paths.client;
  if (!twice) open(paths.trusted, Use::kTrusted);
  open(paths.crl, Use::kCrl);
  return opened;
}

// A file that is just being written is judged when it holds still.
bool has_content(const OpenedFile& opened) { return !opened.file->error && !opened.file->settling; }

// Whether nginx refuses a file in which every block parses: it finds nothing of what it came for.
bool holds_nothing(const ServerView& view, const OpenedFile& opened) {
  using pki::FileReader;
  const pki::Material& material = *opened.file->material;
  if (view.build.loads_ca_by_pem_read()) {
    return pki::read_error(material,
                           opened.use == Use::kCrl ? FileReader::kCrlList : FileReader::kCaList)
        .has_value();
  }
  return pki::read_error(material, FileReader::kStoreFile) ||  // R3.35, R4.4: either will do
         (opened.use == Use::kClient && pki::read_error(material, FileReader::kCaNames));
}

void unreadable(const ServerView& view, Findings& findings) {
  for (const OpenedFile& opened : opened_files(view)) {
    if (!opened.file->error) continue;
    const base::ErrorCode code = opened.file->error->code;
    const bool is_fifo = code == base::ErrorCode::kFifo;
    findings.add_at(
        opened.item,
        finding_for_file(view, opened.file->path,
                         std::string(word(code)) +
                             (is_fifo ? ", nginx waits until somebody writes to it" : "")));
  }
}

void unparsable(const ServerView& view, Findings& findings) {
  for (const OpenedFile& opened : opened_files(view)) {
    if (!has_content(opened)) continue;
    const auto& errors = opened.file->material->block_errors;
    if (!errors.empty()) {
      findings.add_at(opened.item,
                      finding_for_file(view, opened.file->path,
                                       "the block at line " + std::to_string(errors.front().line) +
                                           ": " + errors.front().message));
    } else if (opened.use == Use::kCrl && holds_nothing(view, opened)) {
      findings.add_at(opened.item, finding_for_file(view, opened.file->path, "holds no CRL"));
    }
  }
}

void empty(const ServerView& view, Findings& findings) {
  for (const OpenedFile& opened : opened_files(view)) {
    if (opened.use == Use::kCrl || !has_content(opened)) continue;
    if (!opened.file->material->block_errors.empty() || !holds_nothing(view, opened)) continue;
    findings.add_at(opened.item, finding_for_file(view, opened.file->path,
                                                  "holds no certificate that nginx reads"));
  }
}

void private_key(const ServerView& view, Findings& findings) {
  for (const OpenedFile& opened : opened_files(view)) {
    if (!has_content(opened) || !opened.file->material->contains_private_key) continue;
    findings.add_at(opened.item, finding_for_file(view, opened.file->path, "holds a private key"));
  }
}

std::size_t copies_in(const pki::Material& material) {
  std::set<pki::Fingerprint> seen;
  std::size_t copies = 0;
  for (const pki::Certificate& certificate : material.certificates) {
    if (!seen.insert(certificate.facts().fingerprint).second) ++copies;
  }
  return copies;
}

void duplicates(const ServerView& view, Findings& findings) {
  for (const OpenedFile& opened : opened_files(view)) {
    if (opened.use == Use::kCrl || opened.file->error) continue;
    const std::size_t copies = copies_in(*opened.file->material);
    if (copies == 0) continue;
    findings.add_at(opened.item,
                    finding_for_file(view, opened.file->path,
                                     std::to_string(copies) + " certificate(s) are in it more than "
                                                              "once"));
  }
}

void world_writable(const HostView& host, Findings& findings) {
  constexpr std::uint32_t kWritableByOthers = 0002;  // S_IWOTH
  std::set<std::string> ours;                        // nginx does not read them
  for (const Canary& canary : host.snapshot.canaries) ours.insert(canary.path);
  for (const auto& [path, seen] : host.snapshot.sightings()) {
    if (!seen.stamp || (seen.stamp->mode & kWritableByOthers) == 0 || ours.contains(path)) continue;
    findings.add({.path = path, .detail = base::sanitize(path, base::kMaxPathBytes)});
  }
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kRuntimePath,
         .id = "runtime-path",
         .severity = Severity::kInfo,
         .meaning = "The path of a certificate is known only at the handshake (variables, data:, "
                    "engine:, store:). The exporter does not check it.",
         .remedy = "Nothing to do here; watch the files that it can name by other means.",
         .check = runtime_path},
    Rule{.kind = FindingKind::kBundleUnreadable,
         .id = "bundle-unreadable",
         .severity = Severity::kCritical,
         .meaning = "A CA bundle or CRL cannot be read: nginx refuses the next start or reload.",
         .remedy = "Create the file, or correct its path or permissions.",
         .check = unreadable},
    Rule{.kind = FindingKind::kBundleUnparsable,
         .id = "bundle-unparsable",
         .severity = Severity::kCritical,
         .meaning = "A block of a CA bundle or CRL is broken: nginx refuses the whole file at the "
                    "next start or reload.",
         .remedy = "Write the file again; the broken block is at the line named.",
         .check = unparsable},
    Rule{.kind = FindingKind::kBundleEmpty,
         .id = "bundle-empty",
         .severity = Severity::kCritical,
         .meaning = "A CA bundle holds no certificate: nginx refuses the file at the next start or "
                    "reload.",
         .remedy = "Put the CA certificates into the file.",
         .check = empty},
    Rule{.kind = FindingKind::kPrivateKeyInBundle,
         .id = "private-key-in-bundle",
         .severity = Severity::kWarning,
         .meaning = "A CA bundle or CRL file holds a private key, which nginx ignores there.",
         .remedy = "Remove the key from the file. If others could read it, treat it as disclosed.",
         .check = private_key},
    Rule{.kind = FindingKind::kDuplicateCertificate,
         .id = "duplicate-certificate",
         .severity = Severity::kInfo,
         .meaning = "The same certificate is in the bundle more than once. nginx ignores the "
                    "copies.",
         .remedy = "Remove the copies.",
         .check = duplicates},
    Rule{.kind = FindingKind::kFileWorldWritable,
         .id = "file-world-writable",
         .severity = Severity::kWarning,
         .meaning = "Everybody on this host may write a file that nginx reads, and so decide whom "
                    "nginx trusts from the next reload on.",
         .remedy = "Run chmod o-w on the file.",
         .check = world_writable},
};

}  // namespace

Subject file_rules() { return kRules; }

}  // namespace mtls::audit::rules
