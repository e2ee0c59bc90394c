#include "tests/cases/case.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "audit/build.h"
#include "audit/rules/registry.h"
#include "collectors/collect.h"
#include "daemon/settings/settings.h"
#include "reports/dump/crossplane.h"
#include "reports/formats/formats.h"
#include "tests/cases/recipe.h"
#include "tests/support/memory_filesystem.h"
#include "tests/support/pki_maker.h"
#include "tests/support/prometheus_reference.h"
#include "tests/unit/audit/told.h"

namespace mtls::cases {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRoot = "/etc/nginx/";

std::string text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

audit::Policy policy_of(const fs::path& directory) {
  audit::Policy policy;
  const fs::path path = directory / "settings.yml";
  if (!fs::exists(path)) return policy;
  const auto settings =
      daemon::settings::parse_settings(text_of(path), std::string(kRoot) + "settings.yml");
  if (!settings) throw std::runtime_error(settings.error().message);
  policy.canaries = settings->canaries;
  policy.limits = settings->limits;
  policy.profile = settings->profile;
  policy.rules = settings->rules;
  policy.accept = settings->accept;
  policy.thresholds = settings->thresholds;
  if (settings->nginx_version) policy.build.version = *settings->nginx_version;
  return policy;
}

void put_tree(const fs::path& tree, testing::MemoryFileSystem& disk) {
  for (const auto& entry : fs::recursive_directory_iterator(tree)) {
    if (entry.is_regular_file())
      disk.put(kRoot + fs::relative(entry.path(), tree).string(), text_of(entry.path()));
  }
}

std::string place_of(const audit::Snapshot& snapshot,
                     const std::optional<base::SourceLocation>& at) {
  if (!at) return "-";
  return snapshot.config->document->path_of(at->file) + ":" + std::to_string(at->line);
}

std::string instant(const std::optional<base::sys_seconds>& at) {
  return at ? base::rfc3339(*at) : "-";
}

std::string shown(config::VerifyClient mode) { return std::string(word(mode)); }
std::string shown(int depth) { return std::to_string(depth); }
std::string shown(const std::optional<config::FileRef>& file) {
  if (!file) return "-";
  const std::string* path = audit::static_path(*file);
  return path != nullptr ? *path : std::get<config::RuntimePath>(*file).text;
}
std::string shown(const std::vector<config::NamedFile>& files) {
  std::string all;
  for (const config::NamedFile& named : files)
    all += (all.empty() ? "" : " ") + shown(std::optional(named.file));
  return all.empty() ? "-" : all;
}

class ContextWriter {
 public:
  explicit ContextWriter(const audit::Snapshot& snapshot) : snapshot_(snapshot) {}

  std::string text() {
    for (std::size_t i = 0; i < servers().size(); ++i) write(i);
    return out_.str();
  }

 private:
  const std::vector<config::TlsContext>& servers() const {
    return snapshot_.config->resolved.servers;
  }

  std::string named(const config::TlsContext& server) const {
    return "\"" + server.id.server + "\" " + server.id.listen;
  }

  template <class T>
  void setting(const char* name, const config::Setting<T>& value) {
    out_ << "  " << name << ": " << shown(value.value) << " (" << word(value.provenance);
    if (value.at) out_ << " " << place_of(snapshot_, value.at);
    out_ << ")\n";
  }

  void write(std::size_t index) {
    const config::TlsContext& server = servers()[index];
    out_ << word(server.id.module) << " " << named(server) << " at "
         << place_of(snapshot_, server.at) << (server.on_tls_socket ? "" : ", no TLS") << "\n";
    setting("ssl_verify_client", server.verify_client);
    setting("ssl_verify_depth", server.verify_depth);
    setting("ssl_client_certificate", server.client_certificate);
    setting("ssl_trusted_certificate", server.trusted_certificate);
    setting("ssl_crl", server.crl);
    setting("ssl_certificate", server.certificates);
    const auto owner = snapshot_.config->resolved.tls_owner(index);
    out_ << "  judged by: "
         << (!owner            ? "nobody"
             : *owner == index ? "itself"
                               : named(servers()[*owner]))
         << "\n";
    if (config::asks(server)) write_judgement(*snapshot_.servers[index]);
  }

  void write_judgement(const audit::ServerAudit& judged) {
    out_ << "  enforced: "
         << (!judged.enforced   ? "undecidable"
             : *judged.enforced ? "yes"
                                : "no")
         << "\n  trust until: " << instant(judged.trust_until) << "\n";
    for (const audit::Verdict& verdict : judged.verdicts) {
      out_ << "  canary " << verdict.canary << ": " << verdict.client_verify << " (" << verdict.code
           << "), " << (verdict.accepted ? "accepted" : "refused") << " until "
           << instant(verdict.accepted_until) << "\n";
    }
  }

  const audit::Snapshot& snapshot_;
  std::ostringstream out_;
};

std::string findings_text(const audit::Snapshot& snapshot) {
  std::ostringstream out;
  for (const audit::Finding& finding : snapshot.findings) {
    const audit::rules::Rule& rule = audit::rules::rule_of(finding.kind);
    out << word(finding.severity) << " " << rule.id << " at " << place_of(snapshot, finding.at)
        << ": " << finding.detail
        << (finding.accepted ? " (accepted: " + finding.accepted->reason + ")" : "") << "\n";
  }
  return out.str();
}

std::string metrics_text(const audit::Snapshot& snapshot, const audit::Limits& limits) {
  const std::string text = collectors::render(collectors::collect(snapshot, limits).families);
  if (testing::as_prometheus_cpp_writes(text) != text)
    throw std::runtime_error("the metrics are not written as prometheus-cpp writes them");
  std::istringstream in(text);
  std::string kept;
  for (std::string line; std::getline(in, line);)
    if (line.find("nginx_mtls_file_modified") == std::string::npos) kept += line + '\n';
  return kept;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

struct Evaluated {
  explicit Evaluated(const fs::path& directory)
      : policy(policy_of(directory)), recipe(read_recipe(text_of(directory / "pki.yml"))) {
    put_tree(directory / "nginx", disk);
    for (const auto& [path, content] : recipe.files) disk.put(path, content);
    snapshot = audit::build(
        {.policy = policy, .disk = disk, .now = testing::kT0, .previous = nullptr, .changes = {}});
  }

  audit::Policy policy;
  Recipe recipe;
  testing::MemoryFileSystem disk;
  std::shared_ptr<const audit::Snapshot> snapshot;
};

std::map<std::string, std::string> stable_names(const Recipe& recipe) {
  std::map<std::string, std::string> names;
  for (const auto& [path, content] : recipe.files) {
    const fs::path relative = fs::path(path).lexically_relative(kRoot);
    const bool inside = !relative.string().starts_with("..");
    names.try_emplace(pki::parse_material(content).content.label(),
                      "<bundle:" + (inside ? relative.string() : path) + ">");
  }
  for (const auto& [name, pem] : recipe.certificates) {
    const pki::Material material = pki::parse_material(pem);
    names[material.certificates.front().facts().fingerprint.label()] = "<" + name + ">";
  }
  return names;
}

}  // namespace

std::map<std::string, std::string> documents(const fs::path& directory) {
  const Evaluated evaluated(directory);
  const reports::Assessment assessment{.snapshot = *evaluated.snapshot};
  const reports::formats::Report report{
      .assessment = assessment,
      .issues = reports::issues_of(assessment),
      .accepted = reports::accepted_issues_of(assessment),
      .fail_on = audit::Severity::kWarning,
      .version = "0.0.0",
      .directory = "/etc",
      .metrics = [&] { return metrics_text(*evaluated.snapshot, evaluated.policy.limits); }};
  std::map<std::string, std::string> documents;
  for (const reports::formats::Format& format : reports::formats::formats())
    documents.emplace(format.name, format.render(report));
  return documents;
}

void write_tree(const fs::path& directory, const fs::path& to) {
  const auto put = [&](const std::string& path, const std::string& content) {
    const fs::path file = to / fs::path(path).relative_path();
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
  };
  for (const auto& entry : fs::recursive_directory_iterator(directory / "nginx")) {
    if (!entry.is_regular_file()) continue;
    put(kRoot + fs::relative(entry.path(), directory / "nginx").string(), text_of(entry.path()));
  }
  for (const auto& [path, content] : read_recipe(text_of(directory / "pki.yml")).files)
    put(path, content);
  if (fs::exists(directory / "settings.yml"))
    put(std::string(kRoot) + "settings.yml", text_of(directory / "settings.yml"));
  put("/evaluated_at", base::rfc3339(testing::kT0));
}

Outcome outcome(const fs::path& directory, const std::set<std::string>& known_rules) {
  Evaluated evaluated(directory);
  auto& [policy, recipe, disk, snapshot] = evaluated;
  std::vector<std::string> untold = audit_fixture::Told(*snapshot).complaints();
  std::map<std::string, std::string> whole{
      {"contexts.txt", ContextWriter(*snapshot).text()},
      {"findings.txt", findings_text(*snapshot)},
      {"metrics.prom", metrics_text(*snapshot, policy.limits)},
      {"crossplane.json",
       reports::dump::dump_crossplane({.assessment = {.snapshot = *snapshot}, .disk = disk})}};
  for (auto& [file, text] : whole)
    for (const auto& [label, name] : stable_names(recipe)) replace_all(text, label, name);
  Outcome outcome = select(read_subject(text_of(directory / "subject.yml")), whole, known_rules);
  std::ranges::move(untold, std::back_inserter(outcome.complaints));
  return outcome;
}

}  // namespace mtls::cases
