#include "reports/dump/json.h"

#include "reports/files_json.h"
#include "reports/json.h"
#include "reports/settings_json.h"

namespace mtls::reports::dump {
namespace {

Json one_server(const Assessment& assessment, std::size_t index) {
  const config::ResolvedConfig& resolved = assessment.resolved();
  Json json = server_json(assessment, index);
  const auto owner = resolved.tls_owner(index);
  json["tls_context_of"] = owner ? Json(id_text(resolved.servers[*owner].id)) : Json();
  json["settings"] = settings_json(assessment.document(), resolved.servers[index]);
  return json;
}

Json one_socket(const config::ResolvedConfig& resolved, const config::Socket& socket) {
  Json json{{"context", word(socket.module)},
            {"listen", socket.canonical},
            {"transport", transport_json(socket.transport)},
            {"ssl", socket.ssl},
            {"default_server", id_text(resolved.servers[socket.default_server].id)},
            {"servers", Json::array()}};
  for (const std::size_t server : socket.servers) {
    json["servers"].push_back(id_text(resolved.servers[server].id));
  }
  return json;
}

}  // namespace

std::string dump_json(const Report& report) {
  const Assessment& assessment = report.assessment;
  const config::ResolvedConfig& resolved = assessment.resolved();
  Json json{{"schema", "nginx-mtls-exporter/dump/v1"},
            {"nginx", nginx_json(assessment)},
            {"servers", Json::array()},
            {"upstreams", upstreams_json(assessment)},
            {"sockets", Json::array()},
            {"files", files_json(assessment)}};
  for (std::size_t i = 0; i < resolved.servers.size(); ++i) {
    json["servers"].push_back(one_server(assessment, i));
  }
  for (const config::Socket& socket : resolved.sockets) {
    json["sockets"].push_back(one_socket(resolved, socket));
  }
  return printed(json);
}

}  // namespace mtls::reports::dump
