#include "reports/dump/opa.h"

#include "reports/json.h"

namespace mtls::reports::dump {
namespace {

Json paths_json(const std::vector<config::NamedFile>& files) {
  Json json = Json::array();
  for (const config::NamedFile& named : files) json.push_back(file_json(named.file));
  return json;
}

// All settings as text; put_typed() then replaces those that policies compare as something else.
// emplace() keeps `ssl` as server_json() put it, which describes the socket: the directive of that
// name, removed in nginx 1.25.1, is not the whole truth.
void put_settings(Json& json, const config::TlsContext& server) {
  for (const config::NamedSetting& setting : server.settings) {
    if (!setting.effective.value.empty())
      json.emplace(std::string(setting.directive), setting.effective.value);
  }
}

void put_file(Json& json, const char* directive, const std::optional<config::FileRef>& file) {
  if (file) json[directive] = file_json(*file);
}

void put_typed(Json& json, const config::TlsContext& server) {
  json["ssl_verify_client"] = word(server.verify_client.value);
  json["ssl_verify_depth"] = server.verify_depth.value;
  put_file(json, "ssl_client_certificate", server.client_certificate.value);
  put_file(json, "ssl_trusted_certificate", server.trusted_certificate.value);
  put_file(json, "ssl_crl", server.crl.value);
  json["ssl_certificate"] = paths_json(server.certificates.value);
  json["ssl_certificate_key"] = paths_json(server.certificate_keys.value);
}

Json one_server(const Assessment& assessment, std::size_t index) {
  const config::TlsContext& server = assessment.resolved().servers[index];
  Json json = server_json(assessment, index);
  put_settings(json, server);
  put_typed(json, server);
  const auto& enforced = assessment.snapshot.servers[index]->enforced;
  if (config::asks(server) && enforced) json["enforced"] = *enforced;
  return json;
}

}  // namespace

std::string dump_opa(const Report& report) {
  const Assessment& assessment = report.assessment;
  Json json{{"schema", "nginx-mtls-exporter/opa/v1"},
            {"nginx", nginx_json(assessment)},
            {"servers", Json::array()}};
  for (std::size_t i = 0; i < assessment.resolved().servers.size(); ++i) {
    json["servers"].push_back(one_server(assessment, i));
  }
  return printed(json);
}

}  // namespace mtls::reports::dump
