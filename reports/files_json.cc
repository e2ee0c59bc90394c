#include "reports/files_json.h"

#include "config/references.h"
#include "reports/settings_json.h"

namespace mtls::reports {
namespace {

// Path to the directives, or `canary`, that refer to it.
using Uses = std::map<std::string, std::set<std::string>>;

bool is_listed(config::FileRole role) {
  using enum config::FileRole;
  return role == kCertificate || role == kClientCa || role == kTrustedCa || role == kCrl;
}

Uses uses_of(const Assessment& assessment) {
  Uses uses;
  const auto visit = [&](const config::FileReference& reference) {
    if (!is_listed(reference.role)) return;
    for (const std::string& path : audit::known_paths(reference.file)) {
      uses[path].emplace(reference.name);
    }
  };
  for (const auto& server : assessment.resolved().servers) {
    config::for_each_reference(server, visit);
  }
  for (const auto& upstream : assessment.resolved().upstreams) {
    config::for_each_reference(upstream, visit);
  }
  for (const audit::Canary& canary : assessment.snapshot.canaries) {
    uses[canary.path].insert("canary");
  }
  return uses;
}

// Of the same name and key, and valid longer than any other such: the certificate that takes over.
const pki::CertificateFacts* successor(const audit::Snapshot& snapshot,
                                       const pki::CertificateFacts& facts) {
  const pki::CertificateFacts* last = &facts;
  for (const auto& [path, bundle] : snapshot.bundles) {
    for (const pki::paths::Member& member : bundle->members) {
      const pki::CertificateFacts& other = member.certificate.facts();
      const bool is_twin = other.subject == facts.subject && other.key == facts.key;
      if (is_twin && other.validity.not_after > last->validity.not_after) last = &other;
    }
  }
  return last == &facts ? nullptr : last;
}

Json superseded_json(const audit::Snapshot& snapshot, const pki::paths::Member* judged) {
  if (judged == nullptr || !judged->superseded) return {};
  const auto* by = successor(snapshot, judged->certificate.facts());
  return by != nullptr ? Json(by->fingerprint.hex()) : Json();
}

Json certificate_json(const pki::CertificateFacts& facts, const pki::paths::Member* judged) {
  return {{"subject", facts.subject.rfc2253},
          {"issuer", facts.issuer.rfc2253},
          {"serial", facts.serial.hex},
          {"not_before", instant_json(facts.validity.not_before)},
          {"not_after", instant_json(facts.validity.not_after)},
          {"sha256", facts.fingerprint.hex()},
          {"role", judged != nullptr ? Json(word(judged->role)) : Json()}};
}

Json crl_json(const pki::RevocationListFacts& facts) {
  return {{"issuer", facts.issuer.rfc2253},
          {"this_update", instant_json(facts.this_update)},
          {"next_update", instant_json(facts.next_update)},
          {"renewal_assumed", facts.renewal_assumed},
          {"number", facts.number.empty() ? Json() : Json(facts.number)},
          {"revoked", facts.revoked}};
}

Json problems_json(const std::vector<audit::Problem>& problems) {
  Json json = Json::array();
  for (const audit::Problem problem : problems) json.push_back(word(problem));
  return json;
}

// Roles and problems are judged of the members of CA files only.
Json certificates_json(const audit::Snapshot& snapshot, const audit::MaterialFile& file) {
  const auto bundle = snapshot.bundles.find(file.path);
  const auto& certificates = file.material->certificates;
  const bool is_judged =
      bundle != snapshot.bundles.end() && bundle->second->members.size() == certificates.size();
  Json json = Json::array();
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    const pki::paths::Member* judged = is_judged ? &bundle->second->members[i] : nullptr;
    Json one = certificate_json(certificates[i].facts(), judged);
    one["superseded_by"] = superseded_json(snapshot, judged);
    one["problems"] =
        judged != nullptr ? problems_json(bundle->second->member_problems[i]) : Json::array();
    json.push_back(std::move(one));
  }
  return json;
}

Json error_json(const audit::MaterialFile& file) {
  if (file.error) return file.error->message;
  if (file.material->block_errors.empty()) return {};
  const pki::BlockError& first = file.material->block_errors.front();
  return "the block at line " + std::to_string(first.line) + ": " + first.message;
}

Json one_file(const audit::Snapshot& snapshot, const audit::MaterialFile& file) {
  Json json{{"readable", file.material != nullptr},
            {"sha256", nullptr},
            {"certificates", Json::array()},
            {"crls", Json::array()},
            {"error", error_json(file)}};
  if (file.material == nullptr) return json;
  json["sha256"] = file.material->content.hex();
  json["certificates"] = certificates_json(snapshot, file);
  for (const pki::RevocationList& list : file.material->revocation_lists) {
    json["crls"].push_back(crl_json(list.facts()));
  }
  return json;
}

}  // namespace

Json files_json(const Assessment& assessment) {
  const Uses uses = uses_of(assessment);
  Json json = Json::array();
  for (const auto& [path, file] : assessment.snapshot.material) {
    const auto used = uses.find(path);
    Json one{{"path", path}, {"used_as", used == uses.end() ? Json::array() : Json(used->second)}};
    one.update(one_file(assessment.snapshot, *file));
    json.push_back(std::move(one));
  }
  return json;
}

}  // namespace mtls::reports
