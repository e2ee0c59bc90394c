// Real nginx refuses to start exactly for the files and settings that have a finding about it.
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/integration/verdict/verdict_bench.h"

namespace mtls::testing {
namespace {

using audit::FindingKind;

/// The parts of which the texts of trust files are made.
struct Parts {
  std::string ca = authority("CN=Root A").certificate_pem;
  std::string other_ca = authority("CN=Root B").certificate_pem;
  Minted root = authority("CN=Root C");
  std::string annotated = as_trusted_pem(root, "clientAuth");
  std::string crl = mint_crl(crl_of(root));
  std::string key = root.key_pem;

  std::string first_half() const { return other_ca.substr(0, other_ca.size() / 2); }
  std::string without_end() const { return other_ca.substr(0, other_ca.find("-----END")); }
};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
  return text;
}

/// The findings which say that nginx refuses its next start because of its trust files.
std::set<FindingKind> refusals(const audit::Snapshot& snapshot) {
  const std::set<FindingKind> all{FindingKind::kNoTrustSource, FindingKind::kBundleUnreadable,
                                  FindingKind::kBundleUnparsable, FindingKind::kBundleEmpty};
  std::set<FindingKind> found;
  for (const auto& server : snapshot.servers) {
    for (const audit::Finding& finding : server->findings) {
      if (all.contains(finding.kind)) found.insert(finding.kind);
    }
  }
  return found;
}

using Expected = std::set<FindingKind>;
const Expected kAccepted{};
const Expected kUnreadable{FindingKind::kBundleUnreadable};
const Expected kUnparsable{FindingKind::kBundleUnparsable};
const Expected kEmpty{FindingKind::kBundleEmpty};
const Expected kNoSource{FindingKind::kNoTrustSource};

void check(Bench& bench, const Expected& expected) {
  bench.write_conf();
  const NginxTest nginx = bench.test();
  INFO("nginx: " << nginx.emerg);
  const Expected found = refusals(*bench.evaluate());
  CHECK((nginx.exit_code != 0) == !found.empty());
  if (tables_are_of(build_under_test())) CHECK(found == expected);
}

struct FileCase {
  std::string what;
  std::string text;
  Expected expected;
};

void check_files(const std::string& directives, const std::vector<FileCase>& cases) {
  for (const FileCase& file : cases) {
    INFO(file.what);
    Bench bench;
    bench.file("ca.pem", authority("CN=Root").certificate_pem);
    bench.file("file.pem", file.text);
    bench.server({.name = "a.test", .directives = directives});
    check(bench, file.expected);
  }
}

TEST_CASE("refusal: a bundle nginx does not load has a finding, one it loads has none") {
  if (nginx_is_missing()) return;
  const Parts parts;
  const std::string bom = "\xEF\xBB\xBF";
  check_files("ssl_verify_client on; ssl_client_certificate file.pem;",
              {
                  {"one CA", parts.ca, kAccepted},
                  {"two CAs", parts.ca + parts.other_ca, kAccepted},
                  {"the same twice", parts.ca + parts.ca, kAccepted},
                  {"a byte order mark", bom + parts.ca + parts.other_ca, kAccepted},
                  {"CRLF", replaced(parts.ca, "\n", "\r\n"), kAccepted},
                  {"no newline at the end", parts.ca.substr(0, parts.ca.size() - 1), kAccepted},
                  {"text around", "Subject: a\n" + parts.ca + "\n# end\n", kAccepted},
                  {"a key beside", parts.key + parts.ca, kAccepted},
                  {"a CRL beside", parts.crl + parts.ca, kAccepted},
                  {"an indented second", parts.ca + "  " + parts.other_ca, kAccepted},
                  {"label X509", replaced(parts.ca, " CERT", " X509 CERT"), kAccepted},
                  {"a leaf", leaf(nullptr).certificate_pem, kAccepted},
                  {"nothing", "", kEmpty},
                  {"a comment", "# later\n", kEmpty},
                  {"a key alone", parts.key, kEmpty},
                  {"a CRL alone", parts.crl, kEmpty},
                  {"an indented one alone", "  " + parts.ca, kEmpty},
                  {"CR alone", replaced(parts.ca, "\n", "\r"), kEmpty},
                  {"an annotated one alone", parts.annotated, kEmpty},
                  {"a truncated second", parts.ca + parts.first_half(), kUnparsable},
                  {"a second without END", parts.ca + parts.without_end(), kUnparsable},
                  {"END and BEGIN on one line",
                   parts.ca.substr(0, parts.ca.size() - 1) + parts.other_ca, kUnparsable},
                  {"bad base64", parts.ca + replaced(parts.other_ca, "MII", "M?I"), kUnparsable},
                  {"bad DER", parts.ca + replaced(parts.other_ca, "MII", "AAA"), kUnparsable},
                  {"a wrong END", replaced(parts.ca, "END CERT", "END X509 CERT"), kUnparsable},
              });
}

TEST_CASE("refusal: ssl_trusted_certificate is loaded like a bundle, without names") {
  if (nginx_is_missing()) return;
  const Parts parts;
  const std::vector<FileCase> cases{
      {"one CA", parts.ca, kAccepted},
      {"an annotated one alone", parts.annotated, kAccepted},
      {"a CRL alone", parts.crl, kAccepted},
      {"nothing", "", kEmpty},
      {"a truncated second", parts.ca + parts.first_half(), kUnparsable},
  };
  check_files(
      "ssl_verify_client on; ssl_client_certificate ca.pem; ssl_trusted_certificate file.pem;",
      cases);
  check_files("ssl_trusted_certificate file.pem;", cases);  // R2.19: even with verify off
}

TEST_CASE("refusal: ssl_crl needs something that X509_load_crl_file takes") {
  if (nginx_is_missing()) return;
  const Parts parts;
  const std::vector<FileCase> cases{
      {"one CRL", parts.crl, kAccepted},
      {"two CRLs", parts.crl + parts.crl, kAccepted},
      {"junk behind", parts.crl + "junk", kAccepted},
      {"a certificate beside", parts.ca + parts.crl, kAccepted},
      {"a certificate alone", parts.ca, kAccepted},
      {"nothing", "", kUnparsable},
      {"a key alone", parts.key, kUnparsable},
      {"a truncated second", parts.crl + parts.crl.substr(0, parts.crl.size() / 2), kUnparsable},
  };
  check_files("ssl_verify_client on; ssl_client_certificate ca.pem; ssl_crl file.pem;", cases);
  check_files("ssl_crl file.pem;", cases);
}

TEST_CASE("refusal: a missing file matters only where nginx opens it") {
  if (nginx_is_missing()) return;
  struct Case {
    std::string directives;
    Expected expected;
  };
  const std::vector<Case> cases{
      {"ssl_verify_client on; ssl_client_certificate missing.pem;", kUnreadable},
      {"ssl_verify_client on; ssl_client_certificate no/such/directory.pem;", kUnreadable},
      {"ssl_verify_client on; ssl_client_certificate .;", kUnreadable},
      {"ssl_verify_client optional_no_ca; ssl_client_certificate missing.pem;", kUnreadable},
      {"ssl_verify_client on; ssl_client_certificate ca.pem; ssl_crl missing.pem;", kUnreadable},
      {"ssl_verify_client on; ssl_client_certificate ca.pem; ssl_trusted_certificate missing.pem;",
       kUnreadable},
      {"ssl_trusted_certificate missing.pem;", kUnreadable},
      {"ssl_crl missing.pem;", kUnreadable},
      {"ssl_verify_client on; ssl_client_certificate $host.pem;", kUnreadable},
      {"ssl_client_certificate missing.pem;", kAccepted},
      {"ssl_verify_client off; ssl_client_certificate missing.pem;", kAccepted},
      {"ssl_verify_client on; ssl_client_certificate ca.pem;", kAccepted},
      {"ssl_verify_client on;", kNoSource},
      {"ssl_verify_client optional;", kNoSource},
      {"ssl_verify_client on; ssl_client_certificate '';", kNoSource},
      {"ssl_verify_client on; ssl_trusted_certificate ca.pem;", kNoSource},
      {"ssl_verify_client optional_no_ca;", kAccepted},
      {"ssl_verify_client off;", kAccepted},
  };
  for (const Case& test : cases) {
    INFO(test.directives);
    Bench bench;
    bench.file("ca.pem", authority("CN=Root").certificate_pem);
    bench.server({.name = "a.test", .directives = test.directives});
    check(bench, test.expected);
  }
}

TEST_CASE("refusal: a server block without a TLS context refuses nothing") {
  if (nginx_is_missing()) return;
  Bench bench;
  const std::uint16_t port = free_port();
  bench.server({.name = "default", .directives = "", .port = port});
  bench.server({.name = "bare",
                .directives = "ssl_verify_client on; ssl_client_certificate missing.pem; "
                              "ssl_trusted_certificate missing.pem; ssl_crl missing.pem;",
                .port = port,
                .listen = "",
                .own_certificate = false});
  check(bench, kAccepted);
}

TEST_CASE("refusal: an expired CRL or CA is loaded without a complaint") {
  if (nginx_is_missing()) return;
  Bench bench;
  const Minted old = authority("CN=Old", nullptr, expired);
  CrlSpec stale = crl_of(old);
  stale.next_update = now() - days{1};
  bench.file("ca.pem", old.certificate_pem);
  bench.file("crl.pem", mint_crl(stale));
  bench.server({.name = "a.test",
                .directives = "ssl_verify_client on; ssl_client_certificate ca.pem; "
                              "ssl_crl crl.pem;"});
  check(bench, kAccepted);
}

}  // namespace
}  // namespace mtls::testing
