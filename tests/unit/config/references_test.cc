#include "config/references.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/grammar/directive_table.h"
#include "config/resolve.h"
#include "config/syntax/parser.h"

namespace mtls::config {
namespace {

constexpr Version kNew{1, 31, 0};

struct Resolved {
  syntax::Document document;
  ResolvedConfig config;
};

// `document` stays where its directives are pointed to.
std::unique_ptr<const Resolved> resolved(const std::string& text) {
  auto out = std::make_unique<Resolved>();
  auto parsed = syntax::parse(text, base::FileId{0});
  REQUIRE(parsed.diagnostics.empty());
  out->document = {std::move(parsed.directives), {}, {"/etc/nginx/nginx.conf"}};
  out->config = resolve(out->document, out->document.files[0], NginxBuild{.version = kNew});
  return out;
}

std::string path_of(const FileRef& file) {
  const auto* fixed = std::get_if<StaticPath>(&file);
  return fixed != nullptr ? fixed->path : std::get<RuntimePath>(file).text;
}

// `name path @line`, as the reference says and as its directive does.
template <class Context>
std::vector<std::string> listed(const Context& context) {
  std::vector<std::string> all;
  for_each_reference(context, [&](const FileReference& reference) {
    REQUIRE(reference.directive);
    CHECK(reference.directive->name == reference.name);
    all.push_back(std::string(reference.name) + " " + path_of(reference.file) + " @" +
                  std::to_string(reference.directive->at.line));
  });
  return all;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("references: each file of a server block, with the directive that names it") {
  const auto all = resolved(
      "http { ssl_crl h.crl;\n"
      "server { ssl_certificate a.pem;\n"
      "ssl_certificate $b;\n"
      "ssl_certificate_key a.key; ssl_certificate_key b.key; ssl_client_certificate \"\";\n"
      "ssl_session_ticket_key one; ssl_session_ticket_key \"a, /two\";\n"
      "ssl_conf_command verifycafile store.pem; ssl_conf_command Certificate c1.pem;\n"
      "ssl_conf_command Certificate c2.pem; ssl_conf_command RequestCAFile names.pem; } }");
  CHECK(listed(all->config.servers.at(0)) ==
        Lines{"ssl_certificate /etc/nginx/a.pem @2", "ssl_certificate $b @3",
              "ssl_certificate_key /etc/nginx/a.key @4", "ssl_certificate_key /etc/nginx/b.key @4",
              "ssl_crl /etc/nginx/h.crl @1", "ssl_session_ticket_key /etc/nginx/one @5",
              "ssl_session_ticket_key /etc/nginx/a, /two @5",
              "ssl_conf_command /etc/nginx/c2.pem @7", "ssl_conf_command /etc/nginx/store.pem @6",
              "ssl_conf_command /etc/nginx/names.pem @7"});
}

TEST_CASE("references: each file of an upstream, by the names of its module") {
  const auto all = resolved(
      "http { server { proxy_ssl_crl h.crl; location / { proxy_pass https://a;\n"
      "proxy_ssl_certificate a.pem; proxy_ssl_certificate_key a.key;\n"
      "proxy_ssl_conf_command VerifyCAFile s.pem; }\n"
      "location /g { grpc_pass grpcs://a; grpc_ssl_trusted_certificate g.pem; } } }");
  CHECK(listed(all->config.upstreams.at(0)) ==
        Lines{"proxy_ssl_certificate /etc/nginx/a.pem @2",
              "proxy_ssl_certificate_key /etc/nginx/a.key @2", "proxy_ssl_crl /etc/nginx/h.crl @1",
              "proxy_ssl_conf_command /etc/nginx/s.pem @3"});
  CHECK(listed(all->config.upstreams.at(1)) ==
        Lines{"grpc_ssl_trusted_certificate /etc/nginx/g.pem @4"});
}

TEST_CASE("references: no directive of the table that names a file is left out") {
  for (const grammar::DirectiveRule& rule : grammar::directive_table()) {
    if (rule.value != grammar::ValueKind::kFile) continue;
    CAPTURE(std::string(rule.name));
    const std::string line = std::string(rule.name) + " some-file;";
    const std::string family(rule.name.substr(0, rule.name.find('_')));
    const bool is_server_side = family == "ssl";
    const std::string scheme = family == "proxy"  ? "https://a"
                               : family == "grpc" ? "grpcs://a"
                                                  : "suwsgi://a";
    const auto all = resolved(
        "http { server { " +
        (is_server_side ? line
                        : "location / { " + family + "_pass " + scheme + "; " + line + " }") +
        " } }");
    const Lines expected{std::string(rule.name) + " /etc/nginx/some-file @1"};
    if (is_server_side) {
      CHECK(listed(all->config.servers.at(0)) == expected);
    } else {
      CHECK(listed(all->config.upstreams.at(0)) == expected);
    }
  }
}

}  // namespace mtls::config
