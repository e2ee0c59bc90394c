// Rules about the files that nginx reads for a server block: whether it can load them, what they
// hold beside what they should, who may write them, and whether the running nginx has read them.
#include <algorithm>
#include <array>
#include <set>

#include "audit/loaded.h"
#include "audit/rules/mending.h"
#include "audit/rules/places.h"
#include "audit/rules/rules.h"
#include "base/text.h"
#include "pki/file_reader.h"

namespace mtls::audit::rules {
namespace {

void runtime_path(const ServerView& view, Findings& findings) {
  for (const config::NamedFile& named : view.server().certificates.value) {
    const auto* runtime = std::get_if<config::RuntimePath>(&named.file);
    if (runtime != nullptr && runtime->followed.empty()) {
      Finding finding = finding_for(view, runtime->text + " is known only at the handshake");
      finding.at = named.directive->at;
      findings.add(std::move(finding));
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

// Those of nginx that read it, one after the other (R4.3).
std::vector<pki::FileReader> readers_of(const ServerView& view, Use use) {
  using pki::FileReader;
  if (view.build.loads_ca_by_pem_read())
    return {use == Use::kCrl ? FileReader::kCrlList : FileReader::kCaList};
  if (use == Use::kClient) return {FileReader::kStoreFile, FileReader::kCaNames};
  return {FileReader::kStoreFile};
}

bool is_refused(const ServerView& view, const OpenedFile& opened) {
  return std::ranges::any_of(readers_of(view, opened.use), [&](pki::FileReader reader) {
    return pki::read_error(*opened.file->material, reader).has_value();
  });
}

// nginx reads a directory as an empty file, and refuses it.
bool is_directory(const ServerView& view, const MaterialFile& file) {
  return file.error->code == base::ErrorCode::kNotRegular &&
         std::ranges::any_of(view.snapshot.refusals, [&](const NginxError& refusal) {
           return refusal.path == file.path && refusal.cause == RefusalCause::kFileContent;
         });
}

void unreadable(const ServerView& view, Findings& findings) {
  for (const OpenedFile& opened : opened_files(view)) {
    if (!opened.file->error || may_open_for_nginx(*opened.file)) continue;
    const base::ErrorCode code = opened.file->error->code;
    const bool is_fifo = code == base::ErrorCode::kFifo;
    Finding finding = finding_for_file(
        view, opened.file->path,
        std::string(word(code)) + (is_fifo ? ", nginx waits until somebody writes to it" : ""));
    if (is_directory(view, *opened.file)) finding.remedy = remedy_for_directory(opened.file->path);
    findings.add_at(opened.item, std::move(finding));
  }
}

// `what`: of the file, unless it is something known that is no PEM as nginx wants it.
Finding finding_for_content(const ServerView& view, const MaterialFile& file, std::string what) {
  const std::string_view kind = what_is(file.material->kind);
  if (!kind.empty()) what += "; it is " + std::string(kind);
  Finding finding = finding_for_file(view, file.path, what);
  finding.remedy = remedy_for(*file.material, file.path);
  return finding;
}

// Whether nginx minds a block, or this program has not read one.
bool has_bad_block(const ServerView& view, const OpenedFile& opened) {
  const auto& errors = opened.file->material->block_errors;
  const bool is_unread = std::ranges::any_of(
      errors, [](const pki::BlockError& error) { return error.message == pki::kTooManyElements; });
  return is_unread || (!errors.empty() && is_refused(view, opened));
}

void unparsable(const ServerView& view, Findings& findings) {
  for (const OpenedFile& opened : opened_files(view)) {
    if (!has_content(opened)) continue;
    const pki::Material& material = *opened.file->material;
    if (has_bad_block(view, opened)) {
      const pki::BlockError& error = material.block_errors.front();
      findings.add_at(opened.item,
                      finding_for_content(view, *opened.file,
                                          "the block at line " + std::to_string(error.line) + ": " +
                                              error.message));
    } else if (!material.trailing.empty() && is_refused(view, opened)) {
      const pki::TrailingBytes& trailing = material.trailing.front();
      Finding finding = finding_for_file(view, opened.file->path,
                                         "the block at line " + std::to_string(trailing.line) +
                                             ": there are bytes behind its certificate");
      finding.remedy = remedy_for(trailing, opened.file->path);
      findings.add_at(opened.item, std::move(finding));
    } else if (opened.use == Use::kCrl && is_refused(view, opened)) {
      findings.add_at(opened.item, finding_for_content(view, *opened.file, "holds no CRL"));
    }
  }
}

void empty(const ServerView& view, Findings& findings) {
  for (const OpenedFile& opened : opened_files(view)) {
    if (opened.use == Use::kCrl || !has_content(opened) || !is_refused(view, opened)) continue;
    const pki::Material& material = *opened.file->material;
    if (!material.block_errors.empty() || !material.trailing.empty()) continue;
    findings.add_at(opened.item, finding_for_content(view, *opened.file,
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

// What keeps this program from the file, and what nginx does with it.
Finding unreadable_here(const MaterialFile& file) {
  Finding finding = finding_at({}, file.error->message);  // it begins with the path
  finding.path = file.path;
  switch (file.error->code) {
    case base::ErrorCode::kPermission:
      finding.detail += "; an nginx whose master runs as root can read it";
      break;
    case base::ErrorCode::kTooLarge:
      finding.detail += "; nginx has no such limit";
      finding.remedy =
          "Raise max_file_bytes or max_crl_bytes below limits in the settings file, if the file is "
          "meant to be that large.";
      break;
    default:
      finding.detail += "; nginx waits for it too, at its next start or reload";
      finding.remedy = "Mend the mount that does not answer.";
  }
  return finding;
}

// Canaries are told by canary-unreadable.
void unreadable_by_exporter(const HostView& host, Findings& findings) {
  std::set<std::string> canaries;
  for (const Canary& canary : host.snapshot.canaries) canaries.insert(canary.path);
  NamingDirectives directives(host.resolved());
  for (const NginxError& error : host.snapshot.config->errors) {
    if (error.cause != RefusalCause::kNotPermitted) continue;
    findings.add({.path = error.path,
                  .at = error.at,
                  .detail = error.text() + "; an nginx whose master runs as root can read it"});
  }
  for (const auto& [path, file] : host.snapshot.material) {
    if (!may_open_for_nginx(*file) || canaries.contains(path)) continue;
    Finding finding = unreadable_here(*file);
    finding.at = directives.of(path);
    findings.add(std::move(finding));
  }
}

void world_writable(const HostView& host, Findings& findings) {
  NamingDirectives directives(host.resolved());
  const Snapshot& snapshot = host.snapshot;
  std::set<std::string> ours;  // nginx does not read them
  for (const Canary& canary : snapshot.canaries) ours.insert(canary.path);
  const auto& of_config = snapshot.config->world_writable;
  std::set<std::string> writable(of_config.begin(), of_config.end());
  writable.insert(snapshot.writable_side_files->begin(), snapshot.writable_side_files->end());
  for (const auto& [path, file] : snapshot.material)
    if (is_world_writable(file->seen)) writable.insert(path);
  for (const base::Sightings* some : {&snapshot.canary_patterns, &snapshot.package_files}) {
    const std::vector<std::string> more = audit::world_writable(*some);
    writable.insert(more.begin(), more.end());
  }
  for (const std::string& path : writable) {
    if (ours.contains(path)) continue;
    findings.add({.path = path,
                  .at = directives.of(path),
                  .detail = base::sanitize(path, base::kMaxPathBytes)});
  }
}

std::string since(const Loaded& loaded) {
  const std::chrono::nanoseconds at(loaded.since_ns);
  return base::rfc3339(base::sys_seconds(std::chrono::floor<std::chrono::seconds>(at)));
}

void reload_pending(const HostView& host, Findings& findings) {
  const Loaded* loaded = host.snapshot.loaded.get();
  if (loaded == nullptr || loaded->is_mixed) return;
  NamingDirectives naming(host.resolved());
  for (const auto& [path, state] : loaded->others) {
    if (state != LoadState::kPending) continue;
    Finding finding =
        finding_at(naming.of(path),
                   path + ": it has changed since nginx last read its files, at " + since(*loaded));
    finding.path = path;
    findings.add(std::move(finding));
  }
}

constexpr std::array kRules{
    Rule{.kind = FindingKind::kRuntimePath,
         .id = "runtime-path",
         .severity = Severity::kInfo,
         .about = About::kText,
         .meaning = "The path of a certificate is known only at the handshake (variables, data:, "
                    "engine:, store:). The exporter does not check it.",
         .remedy = "Nothing to do here; watch the files that it can name by other means.",
         .check = runtime_path},
    Rule{.kind = FindingKind::kBundleUnreadable,
         .id = "bundle-unreadable",
         .severity = Severity::kCritical,
         .about = About::kFile,
         .effect = Effect::kStopsNginx,
         .meaning = "A CA bundle or CRL cannot be read: nginx refuses the next start or reload.",
         .remedy = "Create the file, or correct its path.",
         .check = unreadable},
    Rule{.kind = FindingKind::kUnreadableByExporter,
         .id = "unreadable-by-exporter",
         .severity = Severity::kWarning,
         .about = About::kFile,
         .meaning = "The exporter cannot read a file that nginx can. What depends on the file is "
                    "not known here: its findings and dates are missing, and so are the verdicts "
                    "about clients. It does not mean that nginx refuses anything.",
         .remedy = "Run check as root. For the service, add the group that may read the file with "
                   "SupplementaryGroups=GROUP in a drop-in (systemd/ssl-cert.conf shows one), give "
                   "such a group access with setfacl -m g:GROUP:r FILE, or let the unit keep "
                   "CAP_DAC_READ_SEARCH, as it is shipped.",
         .check = unreadable_by_exporter},
    Rule{.kind = FindingKind::kBundleUnparsable,
         .id = "bundle-unparsable",
         .severity = Severity::kCritical,
         .about = About::kFile,
         .effect = Effect::kStopsNginx,
         .meaning = "A block of a CA bundle or CRL is broken: nginx refuses the whole file at the "
                    "next start or reload.",
         .remedy = "Write the file again; the broken block is at the line named.",
         .check = unparsable},
    Rule{.kind = FindingKind::kBundleEmpty,
         .id = "bundle-empty",
         .severity = Severity::kCritical,
         .about = About::kFile,
         .effect = Effect::kStopsNginx,
         .meaning = "A CA bundle holds no certificate: nginx refuses the file at the next start or "
                    "reload.",
         .remedy = "Put the CA certificates into the file.",
         .check = empty},
    Rule{.kind = FindingKind::kPrivateKeyInBundle,
         .id = "private-key-in-bundle",
         .severity = Severity::kWarning,
         .about = About::kFile,
         .meaning = "A CA bundle or CRL file holds a private key, which nginx ignores there.",
         .remedy = "Remove the key from the file. If others could read it, treat it as disclosed.",
         .check = private_key},
    Rule{.kind = FindingKind::kDuplicateCertificate,
         .id = "duplicate-certificate",
         .severity = Severity::kInfo,
         .about = About::kFile,
         .meaning = "The same certificate is in the bundle more than once. nginx ignores the "
                    "copies.",
         .remedy = "Remove the copies.",
         .check = duplicates},
    Rule{.kind = FindingKind::kFileWorldWritable,
         .id = "file-world-writable",
         .severity = Severity::kWarning,
         .about = About::kFile,
         .meaning = "Everybody on this host may write a file that nginx reads, and so decide whom "
                    "nginx trusts from the next reload on.",
         .remedy = "Run chmod o-w on the file.",
         .check = world_writable},
    Rule{.kind = FindingKind::kReloadPending,
         .id = "reload-pending",
         .severity = Severity::kWarning,
         .about = About::kFile,
         .meaning = "The running nginx has an older version of a file than the disk: what is said "
                    "of the files becomes true with the next reload.",
         .remedy = "Run nginx -t, then reload nginx.",
         .check = reload_pending},
};

}  // namespace

Subject file_rules() { return kRules; }

}  // namespace mtls::audit::rules
