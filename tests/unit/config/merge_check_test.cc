#include "config/tls/merge_check.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "config/resolve.h"
#include "config/syntax/parser.h"

namespace mtls::config {
namespace {

constexpr Version kOld{1, 22, 1};
constexpr Version kStreamNames{1, 25, 5};
constexpr Version kNew{1, 31, 0};

struct Row {
  Version version;
  std::string text;
  std::string expect;  // the first complaint; "": none
};

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    INFO(to_string(row.version) << " " << row.text);
    const auto parsed = syntax::parse(row.text, base::FileId{0});
    REQUIRE(parsed.diagnostics.empty());
    const syntax::Document document{parsed.directives, {}, {"/n.conf"}};
    const auto config = resolve(document, "/n.conf", NginxBuild{.version = row.version});
    CHECK((config.diagnostics.empty() ? "" : config.diagnostics.front().message) == row.expect);
  }
}

const std::string kNoCertificate = "no \"ssl_certificate\" is defined for the ";
const std::string kNoKey = "no \"ssl_certificate_key\" is defined for ";

TEST_CASE("merge_check: stream demands a certificate of the listen, since 1.25.5 of the socket") {
  const std::string listen = "stream { server {\nlisten 1\nssl; ";
  const std::string pair = "ssl_certificate x; ssl_certificate_key x; ";
  check({
      {kOld, listen + "} }", kNoCertificate + "\"listen ... ssl\" directive in /n.conf:3"},
      {kStreamNames, listen + "} }", kNoCertificate + "\"listen ... ssl\" directive in /n.conf:1"},
      {kStreamNames, listen + "ssl_reject_handshake on; } }", ""},
      {kOld, listen + "ssl_certificate x; } }",
       kNoKey + "the \"listen ... ssl\" directive in /n.conf:3"},
      {kNew, listen + "ssl_certificate x; } }", kNoKey + "certificate \"x\""},
      {kOld, listen + pair + "ssl_certificate y; } }",
       kNoKey + "certificate \"y\" and the \"listen ... ssl\" directive in /n.conf:3"},
      {kNew, listen + pair + "ssl_certificate y; } }", kNoKey + "certificate \"y\""},
      {kOld, listen + pair + "listen 2; } }", ""},
      {kOld, "stream { server { listen 1; ssl_certificate x; } }", ""},
      {kNew, "stream { server { listen 1; ssl_certificate x; } }", kNoKey + "certificate \"x\""},
  });
}

TEST_CASE("merge_check: mail demands one of listen, ssl or starttls, wherever that was said last") {
  const std::string plain = "mail {\nserver { listen 1; ";
  check({
      {kOld, "mail { server { listen 1 ssl; } }",
       kNoCertificate + "\"listen ... ssl\" directive in /n.conf:1"},
      {kOld, plain + "ssl on; } }", kNoCertificate + "\"ssl\" directive in /n.conf:2"},
      {kNew, plain + "starttls on; } }", kNoCertificate + "\"starttls\" directive in /n.conf:2"},
      {kNew, "mail { starttls only;\nserver { listen 1; } }",
       kNoCertificate + "\"starttls\" directive in /n.conf:1"},
      {kNew, plain + "starttls on; ssl_certificate x; } }",
       kNoKey + "the \"starttls\" directive in /n.conf:2"},
      {kNew, plain + "starttls off; } }", ""},
      {kNew, plain + "ssl_certificate x; } }", ""},
  });
}

TEST_CASE("merge_check: ssl_ocsp and ssl_stapling have companions they refuse") {
  const std::string server = "http { server { ssl_reject_handshake on; ";
  check({
      {kOld, server + "ssl_ocsp leaf; ssl_verify_client optional_no_ca; } }",
       "\"ssl_ocsp\" is incompatible with \"ssl_verify_client optional_no_ca\""},
      {kOld, server + "ssl_ocsp on; ssl_ocsp_responder https://x/; } }",
       "invalid URL prefix in OCSP responder \"https://x/\" in \"ssl_ocsp_responder\""},
      {kOld, server + "ssl_ocsp on; ssl_ocsp_responder http://127.0.0.1/; } }", ""},
      {kOld, server + "ssl_ocsp_responder https://x/; } }", ""},
      {kNew, server + "ssl_stapling on; ssl_certificate_compression on; } }",
       "\"ssl_stapling\" is incompatible with \"ssl_certificate_compression\""},
      {kNew, server + "ssl_certificate_compression on; } }", ""},
  });
}

TEST_CASE("merge_check: quic needs TLSv1.3 of the default server") {
  const std::string server =
      "http { server { listen 1 quic; ssl_certificate x; "
      "ssl_certificate_key x; ";
  check({
      {kNew, server + "ssl_protocols TLSv1.2; } }",
       "\"ssl_protocols\" must enable TLSv1.3 for the \"listen ... quic\" directive in /n.conf:1"},
      {kNew, server + "} }", ""},
      {kNew, "http { server { listen 1 quic; } }",
       kNoCertificate + "\"listen ... quic\" directive in /n.conf:1"},
  });
}

}  // namespace
}  // namespace mtls::config
