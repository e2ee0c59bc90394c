#include "reports/settings_json.h"

namespace mtls::reports {
namespace {

using config::UpstreamTlsContext;

Json value_json(bool value) { return value ? "on" : "off"; }
Json value_json(int value) { return std::to_string(value); }
Json value_json(const std::string& value) { return value.empty() ? Json() : Json(value); }
Json value_json(const std::optional<config::FileRef>& value) { return file_json(value); }

Json value_json(const config::ProtocolSet& value) { return value_json(value.text()); }

Json value_json(const config::ConfCommands& commands) {
  std::string text;
  for (const config::ConfCommand& command : commands) {
    if (!text.empty()) text += ", ";
    text.append(command.name).append(" ").append(command.value);
  }
  return value_json(text);
}

template <class T>
Json setting_json(const config::syntax::Document& document, const config::Setting<T>& setting) {
  Json json{{"value", value_json(setting.value)}, {"provenance", word(setting.provenance)}};
  put_place(json, document, setting.at);
  return json;
}

Json word_json(config::SpeaksTls speaks_tls) {
  switch (speaks_tls) {
    case config::SpeaksTls::kNo: return "no";
    case config::SpeaksTls::kMaybe: return "maybe";
    case config::SpeaksTls::kYes: break;
  }
  return "yes";
}

Json upstream_settings(const config::syntax::Document& document,
                       const UpstreamTlsContext& upstream) {
  const std::string prefix = prefix_of(upstream);
  Json json = Json::object();
  const auto put = [&](const char* suffix, const auto& setting) {
    json[prefix + suffix] = setting_json(document, setting);
  };
  put("certificate", upstream.certificate);
  put("certificate_key", upstream.certificate_key);
  put("ciphers", upstream.ciphers);
  put("conf_command", upstream.conf_commands);
  put("crl", upstream.crl);
  put("name", upstream.name);
  put("password_file", upstream.password_file);
  put("protocols", upstream.protocols);
  put("server_name", upstream.server_name);
  put("session_reuse", upstream.session_reuse);
  put("trusted_certificate", upstream.trusted_certificate);
  put("verify", upstream.verify);
  put("verify_depth", upstream.verify_depth);
  return json;
}

Json upstream_json(const config::syntax::Document& document, const UpstreamTlsContext& upstream) {
  Json json{{"server", id_text(upstream.server)},
            {"location", upstream.location},
            {"directive", upstream.directive},
            {"uri", upstream.uri}};
  put_place(json, document, upstream.at);
  json["speaks_tls"] = word_json(upstream.speaks_tls);
  json["verify"] = upstream.verify.value;
  json["verify_depth"] = upstream.verify_depth.value;
  json["trusted_certificate"] = file_json(upstream.trusted_certificate.value);
  json["crl"] = file_json(upstream.crl.value);
  json["certificate"] = file_json(upstream.certificate.value);
  json["name"] = upstream.checked_name ? Json(*upstream.checked_name) : Json();
  json["settings"] = upstream_settings(document, upstream);
  return json;
}

}  // namespace

std::string prefix_of(const UpstreamTlsContext& upstream) {
  return upstream.directive.substr(0, upstream.directive.find('_')) + "_ssl_";
}

Json settings_json(const config::syntax::Document& document, const config::TlsContext& server) {
  Json json = Json::object();
  for (const config::NamedSetting& setting : server.settings) {
    json[std::string(setting.directive)] = setting_json(document, setting.effective);
  }
  return json;
}

Json upstreams_json(const Assessment& assessment) {
  Json json = Json::array();
  for (const UpstreamTlsContext& upstream : assessment.resolved().upstreams) {
    json.push_back(upstream_json(assessment.document(), upstream));
  }
  return json;
}

}  // namespace mtls::reports
