// Every loader of nginx with every shape of file: what `nginx -t` says and what we say (R4.1 to
// R4.8).
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include <functional>
#include <string>
#include <vector>

#include "tests/integration/refusals/refusal_bench.h"
#include "tests/integration/verdict/verdict_bench.h"

namespace mtls::testing {
namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
  return text;
}

/// A file of certificates, CRLs and keys, well-formed or not.
struct Shape {
  std::string what;
  std::string text;
};

std::vector<Shape> shapes(const Minted& a, const Minted& b) {
  const std::string& ca = a.certificate_pem;
  const std::string& other = b.certificate_pem;
  const std::string crl = mint_crl(crl_of(a));
  const std::string annotated = as_trusted_pem(a, "clientAuth");
  const std::string half = other.substr(0, other.size() / 2);
  const std::string open = other.substr(0, other.find("-----END"));
  const std::string crl_half = crl.substr(0, crl.size() / 2);
  const std::string crl_bad_der = replaced(crl, "MI", "AA");
  return {
      {"one", ca},
      {"two", ca + other},
      {"the same thrice", ca + ca + ca},
      {"a byte order mark", "\xEF\xBB\xBF" + ca + other},
      {"CRLF", replaced(ca, "\n", "\r\n")},
      {"no newline at the end", ca.substr(0, ca.size() - 1)},
      {"text around", "Certificate:\n  Data:\n" + ca + "\n# end\n"},
      {"binary behind", ca + "\x01\x02\xff junk"},
      {"a key before", a.key_pem + ca},
      {"a key behind", ca + a.key_pem},
      {"a CRL before", crl + ca},
      {"a CRL behind", ca + crl},
      {"an indented second", ca + "  " + other},
      {"label X509", replaced(ca, " CERT", " X509 CERT")},
      {"spaces behind BEGIN", replaced(ca, "BEGIN CERTIFICATE-----", "BEGIN CERTIFICATE-----  ")},
      {"a blank line inside", ca.substr(0, 60) + "\n\n" + ca.substr(60)},
      {"nothing", ""},
      {"a comment", "# later\n"},
      {"a key alone", a.key_pem},
      {"a CRL alone", crl},
      {"two CRLs", crl + crl},
      {"a CRL and junk", crl + "junk"},
      {"a CRL cut", crl + crl_half},
      {"a CRL cut behind a certificate", ca + crl_half},
      {"a CRL of bad DER behind a certificate", ca + crl_bad_der},
      {"a CRL of bad DER behind a good one", crl + crl_bad_der},
      {"an indented one alone", "  " + ca},
      {"CR alone", replaced(ca, "\n", "\r")},
      {"annotated alone", annotated},
      {"annotated and plain", annotated + other},
      {"plain and annotated", other + annotated},
      {"cut at once", half},
      {"a second cut", ca + half},
      {"a first cut", half + "\n" + ca},
      {"a second without END", ca + open},
      {"END and BEGIN on one line", ca.substr(0, ca.size() - 1) + other},
      {"bad base64", replaced(ca, "MII", "M?I")},
      {"a second of bad base64", ca + replaced(other, "MII", "M?I")},
      {"bad DER", replaced(ca, "MII", "AAA")},
      {"a second of bad DER", ca + replaced(other, "MII", "AAA")},
      {"an annotated second of bad DER", other + replaced(annotated, "MII", "AAA")},
      {"bytes behind the DER", with_trailing_bytes(a, 3)},
      {"bytes behind the DER of a second", other + with_trailing_bytes(a, 3)},
      {"a wrong END", replaced(ca, "END CERT", "END X509 CERT")},
      {"a request before",
       "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n" + ca},
      {"a request cut before", "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n" + ca},
  };
}

/// Where the configuration names the shape, which is in `file.pem`.
struct Use {
  std::string what;
  std::function<void(RefusalBench&)> put;
};

const std::string kOwn = "ssl_certificate server.pem; ssl_certificate_key server.key; ";

std::vector<Use> uses() {
  const auto server = [](const std::string& directives) {
    return [=](RefusalBench& bench) { bench.http(directives); };
  };
  const std::string backend = "location / { proxy_pass https://127.0.0.1:1; ";
  return {
      {"ssl_certificate", server("ssl_certificate file.pem; ssl_certificate_key missing.key;")},
      {"ssl_client_certificate",
       server(kOwn + "ssl_verify_client on; ssl_client_certificate file.pem;")},
      {"ssl_trusted_certificate", server(kOwn + "ssl_trusted_certificate file.pem;")},
      {"ssl_crl", server(kOwn + "ssl_crl file.pem;")},
      {"VerifyCAFile", server(kOwn + "ssl_conf_command VerifyCAFile file.pem;")},
      {"ClientCAFile", server(kOwn + "ssl_conf_command ClientCAFile file.pem;")},
      {"proxy_ssl_trusted_certificate",
       server(kOwn + backend + "proxy_ssl_verify on; proxy_ssl_trusted_certificate file.pem; }")},
      {"proxy_ssl_certificate",
       server(kOwn + backend +
              "proxy_ssl_certificate file.pem; proxy_ssl_certificate_key missing.key; }")},
  };
}

TEST_CASE("refusal: for every shape of file nginx's first complaint is also ours") {
  if (nginx_is_missing()) return;
  RefusalBench bench;
  const Minted own = leaf(nullptr);
  bench.file("server.pem", own.certificate_pem);
  bench.file("server.key", own.key_pem);
  const Minted a = authority("CN=Root A");
  const Minted b = authority("CN=Root B");
  for (const Use& use : uses()) {
    for (const Shape& shape : shapes(a, b)) {
      INFO(use.what << ": " << shape.what);
      bench.file("file.pem", shape.text);
      use.put(bench);
      bench.check_agreement();
    }
  }
  CHECK(bench.asked >= 300);
  CHECK(bench.refused >= 100);
  CHECK(bench.asked - bench.refused >= 100);
  WARN(bench.asked << " asked, " << bench.refused << " refused, " << bench.equal << " in full");
}

TEST_CASE("refusal: a socket cannot be opened, whichever directive names it") {
  if (nginx_is_missing()) return;
  RefusalBench bench;
  const Minted own = leaf(nullptr);
  bench.file("server.pem", own.certificate_pem);
  bench.file("server.key", own.key_pem);
  REQUIRE(::mknod(bench.path("file.pem").c_str(), S_IFSOCK | 0600, 0) == 0);
  std::vector<Use> all = uses();
  all.push_back({"ssl_certificate_key", [](RefusalBench& b) {
                   b.http("ssl_certificate server.pem; ssl_certificate_key file.pem;");
                 }});
  for (const Use& use : all) {
    INFO(use.what);
    use.put(bench);
    bench.check("file.pem");
  }
  WARN(bench.asked << " asked, " << bench.refused << " refused, " << bench.equal << " in full");
}

}  // namespace
}  // namespace mtls::testing
