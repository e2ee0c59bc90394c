#include "reports/json.h"

namespace mtls::reports {
namespace {

Json error_json(const audit::NginxError& error) {
  Json json{{"file", nullptr}, {"line", nullptr}, {"message", error.message}};
  if (error.file.empty()) return json;
  json["file"] = error.file;
  json["line"] = error.line;
  return json;
}

Json listen_json(const Assessment& assessment, std::size_t server, const config::Listen& listen) {
  const config::Module module = assessment.resolved().servers[server].id.module;
  const config::Socket* socket =
      assessment.resolved().socket(module, listen.canonical(), listen.transport);
  Json json{{"address", listen.address}, {"port", nullptr}};
  if (listen.port != 0) json["port"] = listen.port;
  json["ssl"] = listen.ssl || listen.quic || (socket != nullptr && socket->ssl);
  json["quic"] = listen.quic;
  json["transport"] = transport_json(listen.transport);
  json["default_server"] = socket != nullptr && socket->default_server == server;
  return json;
}

}  // namespace

std::string printed(const Json& json) {
  constexpr int kIndent = 2;
  return json.dump(kIndent, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json transport_json(config::Transport transport) {
  return transport == config::Transport::kTcp ? "tcp" : "udp";
}

Json instant_json(const std::optional<base::sys_seconds>& at) {
  return at ? Json(base::rfc3339(*at)) : Json();
}

Json file_json(const config::FileRef& file) {
  const std::string* path = audit::static_path(file);
  return path != nullptr ? *path : std::get<config::RuntimePath>(file).text;
}

Json file_json(const std::optional<config::FileRef>& file) {
  return file ? file_json(*file) : Json();
}

void put_place(Json& object, const config::syntax::Document& document,
               const std::optional<base::SourceLocation>& at) {
  object["file"] = at ? Json(document.path_of(at->file)) : Json();
  object["line"] = at ? Json(at->line) : Json();
}

Json nginx_json(const Assessment& assessment) {
  const config::NginxBuild& build = assessment.policy().build;
  Json json{{"conf", assessment.policy().nginx_conf}, {"prefix", build.prefix},
            {"version", to_string(build.version)},    {"openssl", to_string(build.openssl)},
            {"files", assessment.document().files},   {"errors", Json::array()}};
  json["openssl_source"] = word(build.openssl_source);
  json["dialect"] = word(build.dialect);
  const auto& package = assessment.snapshot.package;
  json["package"] = package ? Json(package->name + " " + package->version) : Json();
  for (const audit::NginxError& error : assessment.snapshot.nginx_errors()) {
    json["errors"].push_back(error_json(error));
  }
  return json;
}

Json server_json(const Assessment& assessment, std::size_t server) {
  const config::TlsContext& context = assessment.resolved().servers[server];
  Json json{{"id", id_text(context.id)}, {"context", word(context.id.module)}};
  put_place(json, assessment.document(), context.at);
  json["server_names"] = context.server_names;
  json["listen"] = Json::array();
  for (const config::Listen& listen : context.listens) {
    json["listen"].push_back(listen_json(assessment, server, listen));
  }
  json["ssl"] = context.on_tls_socket;
  return json;
}

}  // namespace mtls::reports
