// TlsContext::settings: every TLS directive of a server block with its effective value.
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

#include "config/grammar/directive_table.h"
#include "config/resolve.h"
#include "config/syntax/parser.h"

namespace mtls::config {
namespace {

TlsContext server(const std::string& outer, const std::string& inner,
                  const std::string& module = "http", Version version = {1, 22, 1}) {
  const std::string text = module + " {\n" + outer + "\nserver {\n" + inner + "\n} }";
  const auto parsed = syntax::parse(text, base::FileId{0});
  REQUIRE(parsed.diagnostics.empty());
  const syntax::Document document{parsed.directives, {}, {"/etc/nginx/nginx.conf"}};
  return resolve(document, document.files[0], NginxBuild{.version = version}).servers.at(0);
}

// nullptr: this module or release has no such directive.
const Setting<std::string>* setting_of(const TlsContext& context, std::string_view directive) {
  const auto found = std::ranges::find(context.settings, directive, &NamedSetting::directive);
  return found == context.settings.end() ? nullptr : &found->effective;
}

std::string value(const TlsContext& context, std::string_view directive) {
  const auto* setting = setting_of(context, directive);
  return setting == nullptr ? "no such directive" : setting->value;
}

}  // namespace

TEST_CASE(
    "settings: the table is sorted by name, and every default is a value that nginx accepts") {
  CHECK(std::ranges::is_sorted(grammar::directive_table(), {}, &grammar::DirectiveRule::name));
  CHECK(std::ranges::adjacent_find(grammar::directive_table(), {}, &grammar::DirectiveRule::name) ==
        grammar::directive_table().end());
  for (const grammar::DirectiveRule& rule : grammar::directive_table()) {
    CAPTURE(std::string(rule.name));
    CHECK(grammar::find_rule(rule.name) == &rule);
    const bool has_words =
        rule.value == grammar::ValueKind::kEnum || rule.value == grammar::ValueKind::kBitmask;
    CHECK(rule.words.empty() != has_words);
    if (rule.value == grammar::ValueKind::kFlag || rule.value == grammar::ValueKind::kEnum) {
      CHECK_FALSE(rule.by_default.empty());
    }
  }
  CHECK(grammar::find_rule("ssl_") == nullptr);
}

TEST_CASE("settings: module and release decide which directives exist") {
  struct Case {
    std::string directive;
    std::string module;
    Version version;
    std::string expected;
  };
  const std::string none = "no such directive";
  const std::vector<Case> cases{
      {"ssl", "http", {1, 22, 1}, "off"},
      {"ssl", "http", {1, 25, 1}, none},
      {"ssl", "stream", {1, 22, 1}, none},
      {"starttls", "mail", {1, 22, 1}, "off"},
      {"starttls", "http", {1, 22, 1}, none},
      {"ssl_ocsp", "stream", {1, 27, 1}, none},
      {"ssl_ocsp", "stream", {1, 27, 2}, "off"},
      {"ssl_ocsp", "mail", {1, 31, 0}, none},
      {"ssl_protocols", "mail", {1, 23, 3}, "TLSv1 TLSv1.1 TLSv1.2"},
      {"ssl_protocols", "mail", {1, 23, 4}, "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3"},
      {"ssl_protocols", "http", {1, 27, 3}, "TLSv1.2 TLSv1.3"},
      {"ssl_reject_handshake", "stream", {1, 25, 4}, none},
      {"ssl_buffer_size", "http", {1, 22, 1}, "16k"},
      {"ssl_buffer_size", "stream", {1, 22, 1}, none},
      {"ssl_handshake_timeout", "stream", {1, 22, 1}, "60s"},
      {"ssl_session_timeout", "http", {1, 22, 1}, "5m"},
      {"ssl_client_certificate", "http", {1, 22, 1}, ""},
      {"listen", "http", {1, 22, 1}, none},
      {"proxy_ssl_verify", "http", {1, 22, 1}, none},
  };
  for (const Case& c : cases) {
    CAPTURE(c.directive, c.module, to_string(c.version));
    const TlsContext context = server("", "listen 1;", c.module, c.version);
    CHECK(value(context, c.directive) == c.expected);
    CHECK(std::ranges::is_sorted(context.settings, {}, &NamedSetting::directive));
  }
}

TEST_CASE("settings: values are text in nginx's spelling, files are absolute") {
  struct Case {
    std::string text;
    std::string directive;
    std::string expected;
  };
  const std::vector<Case> cases{
      {"ssl_verify_client ON;", "ssl_verify_client", "on"},
      {"ssl_protocols tlsv1.3; ssl_protocols TLSv1.2 tlsv1.3;", "ssl_protocols", "TLSv1.2 TLSv1.3"},
      {"ssl_certificate a; ssl_certificate /b;", "ssl_certificate", "/etc/nginx/a, /b"},
      {"ssl_certificate $x;", "ssl_certificate", "$x"},
      {"ssl_certificate_key engine:a:b;", "ssl_certificate_key", "engine:a:b"},
      {"ssl_crl c;", "ssl_crl", "/etc/nginx/c"},
      {"ssl_crl '';", "ssl_crl", ""},
      {"ssl_conf_command A b; ssl_conf_command C d;", "ssl_conf_command", "A b, C d"},
      {"ssl_session_timeout 1h;", "ssl_session_timeout", "1h"},
      {"ssl_early_data On;", "ssl_early_data", "on"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const TlsContext local = server("", c.text);
    CHECK(value(local, c.directive) == c.expected);
    CHECK(setting_of(local, c.directive)->provenance == Provenance::kLocal);
    const TlsContext inherited = server(c.text, "");
    CHECK(value(inherited, c.directive) == c.expected);
    CHECK(setting_of(inherited, c.directive)->provenance == Provenance::kInherited);
    CHECK(setting_of(inherited, c.directive)->at->line == 2);
  }
}

TEST_CASE(
    "settings: the builtin part and the shared zone of a session cache are inherited separately") {
  struct Case {
    std::string outer;
    std::string inner;
    std::string expected;
  };
  const std::vector<Case> cases{
      {"shared:a:1m", "", "shared:a:1m"},
      {"shared:a:1m", "builtin:9", "builtin:9 shared:a:1m"},
      {"shared:a:1m", "off", "off"},
      {"builtin", "shared:a:1m", "shared:a:1m"},
      {"builtin shared:a:1m", "shared:b:1m", "shared:b:1m"},
      {"", "none", "none"},
      {"", "", "none"},
  };
  const auto directive = [](const std::string& text) {
    return text.empty() ? "" : "ssl_session_cache " + text + ";";
  };
  for (const Case& c : cases) {
    CAPTURE(c.outer, c.inner);
    CHECK(value(server(directive(c.outer), directive(c.inner)), "ssl_session_cache") == c.expected);
  }
}

}  // namespace mtls::config
