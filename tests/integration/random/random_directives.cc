#include "tests/integration/random/random_directives.h"

#include <vector>

#include "tests/integration/random/random_material.h"

namespace mtls::testing {
namespace {

std::string pem_path(const std::string& name) { return "pki/" + name + ".pem"; }

/// A directive that occurs with some probability, its arguments drawn from a list.
struct Choice {
  const char* name;
  std::size_t percent;
  std::vector<std::vector<std::string>> args;
  bool is_for_mail = true;
};

Nodes drawn(Dice& dice, const std::vector<Choice>& menu, TlsModule module) {
  Nodes nodes;
  for (const Choice& choice : menu) {
    const bool exists = module != TlsModule::kMail || choice.is_for_mail;
    if (!dice.percent(choice.percent) || !exists) continue;
    nodes.push_back(directive(choice.name, dice.one_of(choice.args)));
  }
  return nodes;
}

std::vector<std::vector<std::string>> files(const std::vector<std::string>& names) {
  std::vector<std::vector<std::string>> all;
  for (const std::string& name : names) all.push_back({pem_path(name)});
  return all;
}

}  // namespace

Nodes certificate_pair(Dice& dice) {
  Nodes nodes;
  if (dice.percent(4)) {  // found at the handshake, by names that are not known before
    return {directive("ssl_certificate", {"pki/${pair_of_name}.pem"}),
            directive("ssl_certificate_key", {"pki/$pair_of_name.key"})};
  }
  const std::size_t pairs = dice.percent(10) ? 2 : 1;
  for (std::size_t i = 0; i < pairs; ++i) {
    const std::string& name = dice.one_of(material_names().pairs);
    nodes.push_back(directive("ssl_certificate", {pem_path(name)}));
    nodes.push_back(directive("ssl_certificate_key", {"pki/" + name + ".key"}));
  }
  return nodes;
}

Nodes client_verification(Dice& dice, TlsModule module) {
  const MaterialNames& names = material_names();
  const bool asks = dice.percent(75);
  const std::vector<Choice> menu{
      {.name = "ssl_verify_client",
       .percent = asks ? 100U : 20U,
       .args = asks ? std::vector<std::vector<std::string>>{{"on"},
                                                            {"on"},
                                                            {"ON"},
                                                            {"optional"},
                                                            {"Optional"},
                                                            {"optional_no_ca"}}
                    : std::vector<std::vector<std::string>>{{"off"}, {"OFF"}}},
      {.name = "ssl_client_certificate",
       .percent = asks ? 96U : 30U,
       .args = files(names.client_cas)},
      {.name = "ssl_trusted_certificate", .percent = 20, .args = files(names.trusted_cas)},
      {.name = "ssl_crl", .percent = 15, .args = files(names.crls)},
      {.name = "ssl_verify_depth",
       .percent = 35,
       .args = {{"0"}, {"1"}, {"2"}, {"3"}, {"10"}, {"02"}}},
  };
  Nodes nodes = drawn(dice, menu, module);
  for (Node& node : nodes) {  // R2.12: "" cancels what the outer level sets
    const bool is_file = node.name == "ssl_crl" || node.name == "ssl_trusted_certificate";
    if (dice.percent(is_file ? 10 : 0)) node.args = {""};
  }
  return nodes;
}

Nodes tls_trimmings(Dice& dice, TlsModule module) {
  static const std::vector<Choice> menu{
      {.name = "ssl_protocols",
       .percent = 20,
       .args =
           {{"TLSv1.2"}, {"TLSv1.2", "TLSv1.3"}, {"TLSv1.3", "tlsv1.2"}, {"TLSv1.2", "TLSv1.2"}}},
      {.name = "ssl_ciphers",
       .percent = 15,
       .args = {{"HIGH:!aNULL:!MD5"},
                {"DEFAULT@SECLEVEL=1"},
                {"ALL:@SECLEVEL=0"},
                {"HIGH"},
                {"ECDHE+AESGCM:AES256-SHA"}}},
      {.name = "ssl_prefer_server_ciphers", .percent = 10, .args = {{"on"}, {"Off"}}},
      {.name = "ssl_session_cache",
       .percent = 10,
       .args =
           {{"none"}, {"off"}, {"builtin"}, {"builtin:1000", "shared:SSL:1m"}, {"shared:SSL:1m"}}},
      {.name = "ssl_session_timeout", .percent = 8, .args = {{"5m"}, {"1d"}, {"1h 30m"}, {"300"}}},
      {.name = "ssl_session_tickets", .percent = 8, .args = {{"on"}, {"off"}}},
      {.name = "ssl_session_ticket_key",
       .percent = 4,
       .args = {{"pki/ticket48.key"}, {"pki/ticket80.key"}}},
      {.name = "ssl_ecdh_curve",
       .percent = 5,
       .args = {{"auto"}, {"prime256v1"}, {"X25519:prime256v1"}}},
      {.name = "ssl_dhparam", .percent = 3, .args = {{""}}},
      {.name = "ssl_conf_command",
       .percent = 6,
       .args = {{"MinProtocol", "TLSv1.2"},
                {"Options", "-SessionTicket"},
                {"CipherString", "DEFAULT@SECLEVEL=0"},
                {"Ciphersuites", "TLS_AES_128_GCM_SHA256"}}},
      {.name = "ssl_password_file", .percent = 4, .args = {{"pki/passwords"}}},
      {.name = "ssl_stapling", .percent = 4, .args = {{"on"}, {"off"}}, .is_for_mail = false},
      {.name = "ssl_stapling_verify",
       .percent = 4,
       .args = {{"on"}, {"off"}},
       .is_for_mail = false},
  };
  static const std::vector<Choice> http_only{
      {.name = "ssl_buffer_size", .percent = 4, .args = {{"4k"}, {"16384"}, {"1M"}}},
      {.name = "ssl_early_data", .percent = 3, .args = {{"on"}, {"off"}}},
      {.name = "ssl_reject_handshake", .percent = 3, .args = {{"on"}, {"off"}}},
  };
  static const std::vector<Choice> stream_only{
      {.name = "ssl_handshake_timeout", .percent = 10, .args = {{"5s"}, {"500ms"}, {"1m"}}},
      {.name = "ssl_alpn", .percent = 5, .args = {{"h2", "http/1.1"}, {"x"}}},
  };
  std::vector<Choice> all = menu;
  if (module == TlsModule::kHttp) all.insert(all.end(), http_only.begin(), http_only.end());
  if (module == TlsModule::kStream) {
    // stream has stapling since 1.27.2.
    std::erase_if(all, [](const Choice& choice) { return !choice.is_for_mail; });
    all.insert(all.end(), stream_only.begin(), stream_only.end());
  }
  return drawn(dice, all, module);
}

Nodes upstream_tls(Dice& dice, const std::string& family) {
  const MaterialNames& names = material_names();
  const bool verifies = dice.percent(50);
  const std::string& pair = dice.one_of(names.pairs);
  Nodes nodes;
  const auto add = [&](const std::string& suffix, std::vector<std::string> args) {
    nodes.push_back(directive(family + suffix, std::move(args)));
  };
  if (verifies || dice.percent(10)) add("_verify", {verifies ? "on" : "off"});
  if (dice.percent(verifies ? 93 : 20)) {
    add("_trusted_certificate", {pem_path(dice.one_of(names.trusted_cas))});
  }
  if (dice.percent(15)) add("_crl", {pem_path(dice.one_of(names.crls))});
  if (dice.percent(30)) {
    add("_certificate", {pem_path(pair)});
    add("_certificate_key", {"pki/" + pair + ".key"});
  }
  if (dice.percent(20)) add("_verify_depth", {dice.one_of({"0", "1", "3"})});
  if (dice.percent(20)) add("_name", {dice.one_of({"backend.test", "$host", "x:443", ""})});
  if (dice.percent(20)) add("_server_name", {dice.one_of({"on", "off"})});
  if (dice.percent(10)) add("_session_reuse", {dice.one_of({"on", "off"})});
  if (dice.percent(15)) add("_protocols", {"TLSv1.2", "TLSv1.3"});
  if (dice.percent(10)) add("_ciphers", {dice.one_of({"DEFAULT", "HIGH:!aNULL"})});
  if (dice.percent(5)) add("_conf_command", {"Options", "PrioritizeChaCha"});
  if (dice.percent(4)) add("_password_file", {"pki/passwords"});
  return nodes;
}

Node use_of_variable(Dice& dice, TlsModule module) {
  static const std::vector<std::string> http{"$host",
                                             "$ssl_client_verify",
                                             "$arg_a",
                                             "$HTTP_X",
                                             "$cookie_b",
                                             "$sent_http_x",
                                             "${uri}x",
                                             "$pair_of_name",
                                             "$1",
                                             "$http2",
                                             "a$$host",
                                             "$upstream_addr",
                                             "$near",
                                             "$odd",
                                             "$first",
                                             "$all",
                                             "$realip_remote_addr"};
  static const std::vector<std::string> stream{"$remote_addr", "$ssl_client_verify", "$protocol",
                                               "$status"};
  static const std::vector<std::string> nobodys{"$nobody",        "a${No_Body}", "$http3",
                                                "$ssl_sigalg",    "$",           "${ssl_cipher",
                                                "$session_time_", "$args_x",     "$geoip_city"};
  const bool is_http = module == TlsModule::kHttp;
  const std::string text =
      dice.percent(4) ? dice.one_of(nobodys) : dice.one_of(is_http ? http : stream);
  if (!is_http) return directive("proxy_ssl_name", {text});
  const std::vector<Node> all{directive("add_header", {"X-A", text}),
                              directive("proxy_set_header", {"X-B", text}),
                              directive("proxy_ssl_name", {text}),
                              directive("fastcgi_param", {"C", text, "if_not_empty"}),
                              directive("root", {"/nowhere/" + text}),
                              directive("error_page", {"404", "=", "/" + text}),
                              directive("sub_filter", {"a", text})};
  return dice.one_of(all);
}

}  // namespace mtls::testing
