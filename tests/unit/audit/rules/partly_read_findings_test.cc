// The cases of findings about files that nginx reads in part, and about directives nobody defines;
// and what findings about other kinds of file say.
#include <catch2/catch.hpp>

#include "tests/unit/audit/rules/finding_cases.h"

namespace mtls::audit_fixture {
namespace {

using enum audit::FindingKind;

const std::string kBroken = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

std::string pem(const Minted& minted) { return minted.certificate_pem; }
std::string root() { return pem(minted().root); }
std::string other() { return pem(minted().other_root); }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
  return text;
}

void old_nginx(Host& host) { host.policy.build.version = config::Version{1, 22, 1}; }

std::function<void(Host&)> bundle(const std::string& text) {
  return [=](Host& host) { host.disk.put(kBundle, text); };
}

std::function<void(Host&)> server_directive(const std::string& text) {
  return [=](Host& host) { host.conf(http_server(std::string(kVerifyOn) + " " + text)); };
}

// The configure arguments are known, so all modules are.
void only_own_modules(Host& host) { host.policy.build.configure = "--with-http_ssl_module"; }

std::vector<Case> unknown_directive_cases() {
  const auto in_server = server_directive;
  return {
      {kUnknownDirective, Effect::kFires, "two letters exchanged",
       in_server("ssl_verify_cleint on;")},
      {kUnknownDirective, Effect::kFires, "a hyphen", in_server("ssl-verify-depth 3;")},
      {kUnknownDirective, Effect::kFires, "words in another order",
       in_server("ssl_client_verify on;")},
      {kUnknownDirective, Effect::kFires, "the name that httpd has",
       in_server("SSLVerifyClient require;")},
      {kUnknownDirective, Effect::kFires, "inside a location",
       in_server("location / { proxy_ssl_verfy on; }")},
      {kUnknownDirective, Effect::kSilent, "a directive of another module",
       in_server("more_set_headers a; brotli on; subs_filter a b;")},
      {kUnknownDirective, Effect::kSilent, "inside a block of another module",
       in_server("rtmp { lisen 80; }")},
      {kUnknownDirective, Effect::kSilent, "a line of a map",
       [](Host& host) {
         host.conf(http("map $host $x { lisen a; }" + server("a.test", kVerifyOn)));
       }},
      {kUnknownDirective, Effect::kSilent, "all modules are known, so nginx refuses it (R9.10)",
       [](Host& host) {
         only_own_modules(host);
         host.conf(http_server(std::string(kVerifyOn) + " ssl_verify_cleint on;"));
       }},
      {kNginxRefusesConfig, Effect::kFires, "all modules are known",
       [](Host& host) {
         only_own_modules(host);
         host.conf(http_server(std::string(kVerifyOn) + " ssl_verify_cleint on;"));
       }},
      {kNginxRefusesConfig, Effect::kSilent, "another module may bring it",
       in_server("ssl_verify_cleint on;")},
  };
}

}  // namespace

std::vector<Case> partly_read_cases() {
  std::vector<Case> cases{
      {kBundlePartlyRead, Effect::kFires, "an indented BEGIN", bundle(root() + "  " + other())},
      {kBundlePartlyRead, Effect::kFires, "four dashes",
       bundle(root() + replaced(other(), "-----", "----"))},
      {kBundlePartlyRead, Effect::kFires, "a block that the one before hides (R4.1)",
       bundle(replaced(root(), "-----END CERTIFICATE-----\n", "") + other())},
      {kBundleUnparsable, Effect::kSilent, "which nginx does not mind",
       bundle(replaced(root(), "-----END CERTIFICATE-----\n", "") + other())},
      {kBundlePartlyRead, Effect::kFires, "in the server's own chain",
       [](Host& host) { host.disk.put(kServerPem, pem(minted().server) + " " + root()); }},
      {kBundlePartlyRead, Effect::kFires, "in the CAs of a backend",
       [](Host& host) {
         host.conf(http_server(std::string(kVerifyOn) +
                               " location / { proxy_pass https://b.test; proxy_ssl_verify on; "
                               "proxy_ssl_name b.test; proxy_ssl_trusted_certificate trusted.pem; "
                               "}"));
         host.disk.put(kTrusted, other() + " " + root());
       }},
      {kBundlePartlyRead, Effect::kSilent, "text before, between and behind (R4.1)",
       bundle("Certificate:\n    Data:\n" + root() + "\nBag Attributes: <No Attributes>\n" +
              other() + "# the end\n")},
      {kBundlePartlyRead, Effect::kSilent, "a block that somebody commented out",
       bundle(root() + replaced("\n" + other(), "\n", "\n# "))},
      {kBundlePartlyRead, Effect::kSilent, "text about BEGIN lines",
       bundle("Everything between\n  -----BEGIN CERTIFICATE-----\nand END counts.\n" + root())},
      {kBundlePartlyRead, Effect::kSilent, "nginx refuses the file",
       bundle(root() + "  " + other() + kBroken)},
      {kBundlePartlyRead, Effect::kSilent, "nginx does not open the file",
       [](Host& host) {
         host.conf(http_server(std::string(kCertificate) + " ssl_client_certificate clients.pem;"));
         host.disk.put(kBundle, root() + "  " + other());
       }},
      {kBundlePartlyRead, Effect::kFires, "1.22.1: bytes behind a certificate in its block (R9.6)",
       [](Host& host) {
         old_nginx(host);
         host.disk.put(kBundle, testing::with_trailing_bytes(minted().root, 3) + other());
       }},
      {kBundleUnparsable, Effect::kFires, "from 1.27.2 they are refused",
       [](Host& host) {
         host.policy.build.version = config::Version{1, 27, 2};
         host.disk.put(kBundle, other() + testing::with_trailing_bytes(minted().root, 3));
       }},
      {kBundlePartlyRead, Effect::kSilent, "from 1.27.2 nothing is read of the file",
       [](Host& host) {
         host.policy.build.version = config::Version{1, 27, 2};
         host.disk.put(kBundle, other() + testing::with_trailing_bytes(minted().root, 3));
       }},
      {kBundleUnparsable, Effect::kSilent, "1.27.1 takes them",
       [](Host& host) {
         host.policy.build.version = config::Version{1, 27, 1};
         host.disk.put(kBundle, other() + testing::with_trailing_bytes(minted().root, 3));
       }},
  };
  for (const Case& one : unknown_directive_cases()) cases.push_back(one);
  return cases;
}

TEST_CASE("findings: a misspelled directive is told with the one that was meant, refused or not") {
  for (const bool is_refused : {false, true}) {
    Host host;
    if (is_refused) only_own_modules(host);
    host.conf(http_server(std::string(kVerifyOn) + "\nssl_verify_cleint on;"));
    const auto snapshot = host.scratch();
    const auto found = findings_of(*snapshot);
    const auto told = std::ranges::find_if(found, [&](const audit::Finding& finding) {
      return finding.kind == (is_refused ? kNginxRefusesConfig : kUnknownDirective);
    });
    REQUIRE(told != found.end());
    CHECK(told->remedy == "Write \"ssl_verify_client\" for \"ssl_verify_cleint\".");
    REQUIRE(told->at);
    CHECK(told->at->line == 4);
  }
}

TEST_CASE(
    "findings: of a file that is read in part the first lost line is told, and the directive") {
  Host host;
  host.disk.put(kBundle, root() + "  " + other() + "\t" + other());
  const auto found = findings_of(*host.scratch());
  REQUIRE(found.size() == 1);
  const auto lines = std::ranges::count(root(), '\n');
  CHECK(found.front().detail.find("line " + std::to_string(lines + 1) + ": ") != std::string::npos);
  CHECK(found.front().detail.find("and at 1 more place") != std::string::npos);
  CHECK(found.front().path == kBundle);
  CHECK(found.front().at->line == 3);
}

}  // namespace mtls::audit_fixture
