#include "reports/formats/check_brief.h"

#include <catch2/catch.hpp>

#include "tests/unit/audit/audit_fixture.h"

namespace mtls::reports {
namespace {

using namespace audit_fixture;

std::string brief_of(Host& host) {
  const auto snapshot = host.scratch();
  const Assessment assessment{.snapshot = *snapshot};
  return formats::check_brief(
      {.assessment = assessment, .host = "web-3", .issues = issues_of(assessment)});
}

std::size_t sentences_in(const std::string& text) {
  std::size_t found = 0;
  for (auto at = text.find("\n- "); at != std::string::npos; at = text.find("\n- ", at + 1))
    ++found;
  return found;
}

}  // namespace

TEST_CASE("check brief: where all is well there is the headline, and nothing to do") {
  Host host;
  const std::string text = brief_of(host);
  CHECK_THAT(text, Catch::StartsWith("web-3, nginx 1.31.0: nothing refuses clients, and no server "
                                     "block lets in others\nNext date: "));
  CHECK(sentences_in(text) == 0);
  CHECK_THAT(text, !Catch::Contains("What to do"));
}

TEST_CASE("check brief: an open server, a CA that ends and a rotation are a sentence each") {
  Host host;
  const Minted ending = mint_valid(ca_spec("CN=Ending"), days{-9}, days{18});
  const Minted old = mint_valid(ca_spec("CN=Old"), days{-9}, days{10});
  CertificateSpec renewed = ca_spec("CN=Old");
  renewed.same_key_as = &old;
  host.disk.put(kBundle, ending.certificate_pem);
  host.disk.put(kTrusted,
                old.certificate_pem + mint_valid(renewed, days{-1}, days{700}).certificate_pem);
  const std::string asks = std::string(kCertificate) + "ssl_client_certificate trusted.pem; ";
  host.conf(http(server("a.test", kVerifyOn) +
                 server("open.test", asks + "ssl_verify_client optional;", "8443 ssl") +
                 server("renewed.test", asks + "ssl_verify_client on;", "9443 ssl")));
  const std::string text = brief_of(host);
  CHECK(sentences_in(text) == 3);
  CHECK_THAT(text, Catch::Contains("\n- open.test: clients get in that should not, because "));
  CHECK_THAT(text, Catch::Contains("\n- a.test: clients will be refused, because CN=Ending"));
  CHECK_THAT(text, Catch::Contains("a client CA is being replaced, CN=Old ends in 10 days"));
  CHECK_THAT(text, Catch::Contains("\nWhat to do first: Set ssl_verify_client on"));
}

TEST_CASE("check brief: more than three things are three sentences") {
  Host host;
  std::string servers;
  for (const char* name : {"a.test", "b.test", "c.test", "d.test", "e.test"})
    servers += server(name, std::string(kCertificate) +
                                "ssl_client_certificate clients.pem; ssl_verify_client optional; "
                                "location /" +
                                name + " { root /srv; }");
  host.conf(http(servers + server("a.test", kVerifyOn) + server("b.test", kVerifyOn)));
  CHECK(sentences_in(brief_of(host)) <= 3);
  CHECK(sentences_in(brief_of(host)) >= 1);
}

}  // namespace mtls::reports
