#include "reports/formats/check_json.h"

#include <algorithm>

#include "audit/rules/registry.h"
#include "audit/trust/trust.h"
#include "base/text.h"
#include "reports/files_json.h"
#include "reports/json.h"
#include "reports/settings_json.h"

namespace mtls::reports::formats {
namespace {

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

bool is_inert(const audit::ServerAudit& judged) {
  return std::any_of(judged.findings.begin(), judged.findings.end(), [](const auto& finding) {
    return finding.kind == audit::FindingKind::kInertTlsSettings;
  });
}

// nginx pairs certificates and keys by their order (R2.17).
Json certificates_json(const config::TlsContext& server) {
  Json json = Json::array();
  for (std::size_t i = 0; i < server.certificates.value.size(); ++i) {
    const auto& keys = server.certificate_keys.value;
    json.push_back({{"certificate", file_json(server.certificates.value[i].file)},
                    {"certificate_key", i < keys.size() ? file_json(keys[i].file) : Json()}});
  }
  return json;
}

// The CA names in nginx's CertificateRequest, each once, in its order. They come from the server
// block whose TLS context serves the connection.
Json advertised_json(const Assessment& assessment, std::size_t server) {
  Json json = Json::array();
  const auto owner = assessment.resolved().tls_owner(server);
  if (!owner || assessment.resolved().servers[server].is_shadowed) return json;
  const config::TlsContext& serving = assessment.resolved().servers[*owner];
  std::set<std::string> seen;
  for (const pki::Certificate& certificate :
       audit::trust::trust_content(audit::MaterialView(assessment.snapshot.material), serving,
                                   assessment.policy().build)
           .announced) {
    const pki::DistinguishedName& subject = certificate.facts().subject;
    if (seen.insert(subject.canonical).second) json.push_back(subject.rfc2253);
  }
  return json;
}

Json guard_json(const Assessment& assessment, const std::optional<config::GuardPlace>& guard) {
  if (!guard) return nullptr;
  return {{"file", assessment.document().path_of(guard->at.file)},
          {"line", guard->at.line},
          {"directive", base::sanitize(guard->directive)}};
}

Json client_json(const Assessment& assessment, const audit::Verdict& verdict) {
  const bool judged = verdict.is_judged;
  return {{"name", verdict.canary},
          {"client_verify", judged ? Json(verdict.client_verify) : Json()},
          {"code", judged ? Json(verdict.code) : Json()},
          {"offered", or_null(verdict.offered)},
          {"handshake_alert", text_or_null(verdict.handshake_alert)},
          {"served", word(verdict.served)},
          {"refused_by", guard_json(assessment, verdict.refused_by)},
          {"http_status", or_null(verdict.http_status)},
          {"accepted", judged ? Json(verdict.accepted) : Json()},
          {"undecidable", text_or_null(verdict.undecidable)},
          {"accepted_until", instant_json(verdict.accepted_until)},
          {"until_is_unknown", verdict.until_is_unknown}};
}

void put_settings(Json& json, const config::TlsContext& server) {
  json["verify_client"] = word(server.verify_client.value);
  json["verify_depth"] = server.verify_depth.value;
  json["client_certificate"] = file_json(server.client_certificate.value);
  json["trusted_certificate"] = file_json(server.trusted_certificate.value);
  json["crl"] = file_json(server.crl.value);
  json["certificates"] = certificates_json(server);
}

void put_judgement(Json& json, const Assessment& assessment, std::size_t index) {
  const audit::ServerAudit& judged = *assessment.snapshot.servers[index];
  const bool asks = config::asks(assessment.resolved().servers[index]);
  json["inert"] = is_inert(judged);
  json["verify_depth_required"] = or_null(judged.depth_required);
  json["advertised_ca_names"] = advertised_json(assessment, index);
  json["trust_expires"] = instant_json(judged.trust_until);
  json["enforced"] = asks ? or_null(judged.enforced) : Json(false);
  json["enforced_note"] =
      asks && !judged.enforced_note.empty() ? Json(judged.enforced_note) : Json();
  json["clients"] = Json::array();
  for (const audit::Verdict& verdict : judged.verdicts) {
    json["clients"].push_back(client_json(assessment, verdict));
  }
}

Json one_server(const Assessment& assessment, std::size_t index) {
  const config::TlsContext& server = assessment.resolved().servers[index];
  Json json = server_json(assessment, index);
  put_settings(json, server);
  put_judgement(json, assessment, index);
  json["settings"] = settings_json(assessment.document(), server);
  return json;
}

Json acceptance_json(const std::optional<audit::Acceptance>& accepted) {
  if (!accepted) return nullptr;
  return {{"reason", accepted->reason}, {"until", instant_json(accepted->until)}};
}

Json finding_json(const Issue& issue) {
  return {{"rule", issue.rule},
          {"severity", word(issue.severity)},
          {"server", text_or_null(issue.server)},
          {"file", issue.position ? Json(issue.position->file) : Json()},
          {"line", issue.position ? Json(issue.position->line) : Json()},
          {"path", text_or_null(issue.path)},
          {"message", issue.message},
          {"remedy", issue.remedy},
          {"fixable", issue.is_fixable},
          {"accepted", acceptance_json(issue.accepted)}};
}

Json answer_json(const audit::Verdict& verdict) {
  const bool judged = verdict.is_judged;
  return {{"accepted", judged ? Json(verdict.accepted) : Json()},
          {"client_verify", judged ? Json(verdict.client_verify) : Json()},
          {"code", judged ? Json(verdict.code) : Json()},
          {"served", word(verdict.served)},
          {"http_status", or_null(verdict.http_status)}};
}

Json changes_json(const std::vector<Issue>& issues, const std::vector<ClientChange>& clients) {
  Json json{{"findings", Json::array()}, {"clients", Json::array()}};
  for (const Issue& issue : issues) json["findings"].push_back(finding_json(issue));
  for (const ClientChange& change : clients) {
    json["clients"].push_back({{"name", change.client},
                               {"server", change.server},
                               {"before", answer_json(change.before)},
                               {"now", answer_json(change.now)}});
  }
  return json;
}

Json against_json(const Report& report) {
  const Comparison& comparison = *report.against;
  Json worse = changes_json(comparison.worse, comparison.worse_clients);
  worse["asks_no_more"] = comparison.asks_no_more;
  return {{"name", report.against_name},
          {"worse", std::move(worse)},
          {"better", changes_json(comparison.better, comparison.better_clients)},
          {"same", comparison.same},
          {"new_servers", comparison.new_servers},
          {"gone_servers", comparison.gone_servers},
          {"not_comparable", comparison.not_comparable}};
}

}  // namespace

std::string check_json(const Report& report) {
  const Assessment& assessment = report.assessment;
  Json json{{"schema", "nginx-mtls-exporter/check/v1"},
            {"evaluated_at", base::rfc3339(assessment.snapshot.evaluated_at)},
            {"nginx", nginx_json(assessment)},
            {"servers", Json::array()},
            {"upstreams", upstreams_json(assessment)},
            {"files", files_json(assessment)},
            {"findings", Json::array()}};
  for (std::size_t i = 0; i < assessment.resolved().servers.size(); ++i) {
    json["servers"].push_back(one_server(assessment, i));
  }
  if (report.against != nullptr) json["against"] = against_json(report);
  const std::vector<Issue> all = report.against != nullptr ? issues_of(assessment) : report.issues;
  for (const Issue& issue : all) json["findings"].push_back(finding_json(issue));
  for (const Issue& issue : report.accepted) json["findings"].push_back(finding_json(issue));
  return printed(json);
}

}  // namespace mtls::reports::formats
