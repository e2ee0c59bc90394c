// What this very nginx lets in, whatever the text says: holes of its release, code in the
// handshake, other products (R9.1, R9.9).
#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <vector>

#include "tests/unit/audit/audit_fixture.h"

namespace mtls::audit_fixture {
namespace {

using config::VersionSource;

constexpr const char* kStatus = "/var/lib/dpkg/status";
constexpr const char* kBinary = "/usr/sbin/nginx";
const std::string kOff = kCertificate;
const std::string kPass = " proxy_pass 127.0.0.1:1;";

std::string stream_server(const std::string& name, const std::string& more) {
  return server(name, more + kPass);
}

/// A default server, and a block behind it that a name selects.
std::string two_in_stream(const std::string& first, const std::string& second) {
  return "error_log error.log info; events { }\nstream { " + stream_server("d.test", first) +
         stream_server("a.test", second) + "}\n";
}

std::string status_with(const std::string& nginx, const std::string& stream = "") {
  const auto paragraph = [](const std::string& name, const std::string& version) {
    return "Package: " + name + "\nStatus: install ok installed\nVersion: " + version + "\n\n";
  };
  return paragraph("nginx", nginx) +
         (stream.empty() ? "" : paragraph("libnginx-mod-stream", stream));
}

/// Debian 13's nginx 1.26.3, found on the host.
Host debian(const std::string& status) {
  Host host;
  host.disk.put(kStatus, status);
  host.disk.put(kBinary, "nginx/1.26.3");
  const auto stamp = host.disk.stat(kBinary);
  host.policy.build = {.version = {1, 26, 3},
                       .version_source = VersionSource::kBinary,
                       .binary = {kBinary, stamp->device, stamp->inode}};
  host.conf(two_in_stream(kOff, kVerifyOn));
  return host;
}

const audit::ServerAudit& last(const audit::Snapshot& snapshot) { return *snapshot.servers.back(); }

bool is_told(const audit::Snapshot& snapshot) {
  return has(snapshot, FindingKind::kEnforcementBypassedByRelease);
}

}  // namespace

TEST_CASE("release: a stream block behind another default server is not enforced (R9.1)") {
  struct Row {
    std::string name;
    std::string conf;
    config::Version version;
    std::optional<bool> enforced;
  };
  const config::Version open{1, 30, 6};
  const std::string more = " ssl_verify_depth 3;";
  const std::string on = kVerifyOn;
  for (const Row& row : std::vector<Row>{
           {"the default server asks nobody", two_in_stream(kOff, on), open, false},
           {"it asks for another depth", two_in_stream(on + more, on), open, false},
           {"it verifies alike", two_in_stream(on, on), open, true},
           {"it is the default server", two_in_stream(on, on + more), {1, 30, 7}, true},
           {"a mended release", two_in_stream(kOff, on), {1, 30, 7}, true},
           {"http", http(server("d.test", kOff) + server("a.test", on)), open, true},
       }) {
    CAPTURE(row.name);
    Host host;
    host.policy.build = {.version = row.version, .version_source = VersionSource::kNamed};
    host.conf(row.conf);
    const auto snapshot = host.scratch();
    REQUIRE(snapshot->servers.size() == 2);
    CHECK(last(*snapshot).enforced == row.enforced);
    CHECK(last(*snapshot).enforced_note.empty() == (row.enforced == true));
    CHECK(is_told(*snapshot) == (row.enforced == false));
  }
}

TEST_CASE("release: the default server itself, and a block alone, keep what they say (R9.1)") {
  Host host;
  host.policy.build = {.version = {1, 30, 6}, .version_source = VersionSource::kNamed};
  host.conf(two_in_stream(kVerifyOn, kOff));
  CHECK(host.scratch()->servers.front()->enforced == true);
  host.conf("events { } stream { " + stream_server("a.test", kVerifyOn) + "}");
  CHECK(last(*host.scratch()).enforced == true);
}

TEST_CASE("release: where nobody says which nginx it is, a stream block is undecidable") {
  Host host;
  host.conf(two_in_stream(kOff, kVerifyOn));
  const auto snapshot = host.scratch();
  CHECK(last(*snapshot).enforced == std::nullopt);
  CHECK(last(*snapshot).enforced_note.find("CVE-2026-120967") != std::string::npos);
  CHECK_FALSE(is_told(*snapshot));
  CHECK(has(*snapshot, FindingKind::kEnforcementUndecidable));
}

TEST_CASE("release: dpkg's status tells whether Debian's package is mended") {
  const auto enforced = [](const std::string& status) {
    Host host = debian(status);
    return last(*host.scratch()).enforced;
  };
  const std::string mended = "1.26.3-3+deb13u11";
  const std::string open = "1.26.3-3+deb13u10";
  CHECK(enforced(status_with(mended)) == true);
  CHECK(enforced(status_with(open)) == false);
  CHECK(enforced(status_with(mended, mended)) == true);
  CHECK(enforced(status_with(mended, open)) == std::nullopt);
  CHECK(enforced(status_with("1.26.3-3ubuntu7")) == std::nullopt);
  CHECK(enforced(status_with("1.30.6-2")) == std::nullopt);  // not the package of this binary
  CHECK(enforced("") == std::nullopt);
}

TEST_CASE("release: a changelog tells more than the version") {
  Host host = debian(status_with("1.26.3-3+deb13u10"));
  // gzip of `nginx (1.26.3-9local1) x\n\n  * CVE-2026-120967\n`.
  host.disk.put(
      "/usr/share/doc/nginx/changelog.Debian.gz",
      std::string("\037\213\010\000\000\000\000\000\002\003\313\113\317\314\253\120\320\060\324\063"
                  "\062\323\063\326\265\314\311\117\116\314\061\324\124\250\340\342\122\120\320\122"
                  "\160\016\163\325\065\062\060\062\323\065\064\062\260\064\063\347\002\000\232\316"
                  "\126\310\056\000\000\000",
                  66));
  const auto snapshot = host.scratch();
  REQUIRE(snapshot->package);
  CHECK(snapshot->package->version == "1.26.3-9local1");
  CHECK(last(*snapshot).enforced == true);
}

TEST_CASE("release: an nginx that an upgrade has replaced on disk is not that package's") {
  Host host = debian(status_with("1.26.3-3+deb13u11"));
  host.disk.put(kBinary, "nginx/1.26.3");
  CHECK(last(*host.scratch()).enforced == std::nullopt);
}

TEST_CASE("release: an upgrade of the package is seen, and equals a look from scratch") {
  Host host = debian(status_with("1.26.3-3+deb13u10"));
  const auto before = host.scratch();
  CHECK(last(*before).enforced == false);
  CHECK(before->sightings().contains(kStatus));
  CHECK(before->sightings().contains("/usr/share/doc/nginx/changelog.Debian.gz"));
  host.disk.put(kStatus, status_with("1.26.3-3+deb13u11"));
  const auto changes = host.differences(*before);
  CHECK(changes.paths.contains(kStatus));
  const auto after = host.after(before, changes);
  CHECK(last(*after).enforced == true);
  CHECK(ids(*after) == ids(*host.scratch()));
  // What does not concern the package leaves it alone.
  const int reads = host.disk.reads().at(kStatus);
  host.disk.put(kBundle, minted().root.certificate_pem);
  const auto later = host.after(after, host.differences(*after));
  CHECK(host.disk.reads().at(kStatus) == reads);
  CHECK(later->package == after->package);
}

TEST_CASE("release: nothing about packages is read where the release decides") {
  Host host = debian(status_with("1.26.3-3+deb13u11"));
  host.policy.build.version = {1, 30, 7};
  CHECK(host.scratch()->package_files.empty());
  CHECK_FALSE(host.disk.reads().contains(kStatus));
}

TEST_CASE("release: in stream revoked clients get in where OCSP is not heard (R3.46)") {
  const auto told = [](config::Version version, const std::string& more) {
    Host host;
    host.policy.build = {.version = version, .version_source = VersionSource::kNamed};
    host.conf("events { } stream { " + stream_server("a.test", kVerifyOn + more) + "}");
    const auto snapshot = host.scratch();
    CHECK((last(*snapshot).enforced == false) == is_told(*snapshot));
    return is_told(*snapshot);
  };
  CHECK(told({1, 28, 2}, " ssl_ocsp on;"));
  CHECK(told({1, 29, 6}, " ssl_ocsp leaf;"));
  CHECK_FALSE(told({1, 28, 2}, ""));
  CHECK_FALSE(told({1, 28, 3}, " ssl_ocsp on;"));
}

TEST_CASE("release: an unmended binary lets sessions of other blocks resume (R3.45)") {
  const auto told = [](const std::string& first, const std::string& second) {
    Host host;
    host.policy.build = {.version = {1, 22, 1},
                         .version_source = VersionSource::kBinary,
                         .binary = {.path = "/opt/nginx/sbin/nginx"}};
    host.conf(http(server("d.test", first) + server("a.test", second)));
    const auto snapshot = host.scratch();
    CHECK(snapshot->servers.back()->enforced != false);
    CHECK((snapshot->servers.front()->enforced == false) == is_told(*snapshot));
    return is_told(*snapshot);
  };
  // TLS 1.3 is not among the default protocols before 1.23.4.
  const std::string plain = kVerifyOn;
  const std::string on = plain + " ssl_protocols TLSv1.2 TLSv1.3;";
  const std::string other =
      std::string(kCertificate) + " ssl_client_certificate trusted.pem; ssl_verify_client on;";
  CHECK(told(on, other));
  CHECK_FALSE(told(on, on));
  CHECK_FALSE(told(on, kOff));
  CHECK_FALSE(told(plain, other));
  CHECK_FALSE(told(plain + " ssl_protocols TLSv1.2;", other));
  CHECK_FALSE(told(on + " ssl_session_tickets off;", other));
  CHECK(told(on + " ssl_session_tickets off; ssl_session_cache shared:a:1m;", other));
}

TEST_CASE("release: Lua in the handshake makes a block undecidable (R9.9)") {
  struct Row {
    std::string conf;
    bool is_decided;
  };
  const std::string hook = " ssl_certificate_by_lua_block { x() } ";
  const std::string on = kVerifyOn;
  const auto behind = [&](const std::string& first) {
    return http(server("d.test", kOff + first) + server("a.test", on));
  };
  for (const Row& row : std::vector<Row>{
           {http_server(on + hook), false},
           {http_server(on + " ssl_client_hello_by_lua_file /x.lua; "), false},
           {http("ssl_client_hello_by_lua_block { x() } " + server("a.test", on)), false},
           {behind(" ssl_client_hello_by_lua_block { x() } "), false},
           {http(server("d.test", on) + server("b.test", kOff + hook) + server("a.test", on)),
            true},
           {http_server(on + " log_by_lua_block { x() } "), true},
           {two_in_stream(on, on + hook), false},
       }) {
    CAPTURE(row.conf);
    Host host;
    host.policy.build = {.version = {1, 30, 7}, .version_source = VersionSource::kNamed};
    host.conf(row.conf);
    const auto snapshot = host.scratch();
    CHECK((last(*snapshot).enforced == true) == row.is_decided);
    CHECK((last(*snapshot).enforced_note.find("_by_lua") == std::string::npos) == row.is_decided);
    CHECK(has(*snapshot, FindingKind::kEnforcementUndecidable) == !row.is_decided);
  }
}

TEST_CASE("release: a binary of no known product makes every block undecidable") {
  Host host;
  host.policy.build.dialect = config::Dialect::kUnknown;
  CHECK(last(*host.scratch()).enforced == std::nullopt);
  CHECK(has(*host.scratch(), FindingKind::kEnforcementUndecidable));
  for (const auto dialect : {config::Dialect::kAngie, config::Dialect::kOpenresty}) {
    host.policy.build.dialect = dialect;
    CHECK(last(*host.scratch()).enforced == true);
  }
}

TEST_CASE("release: Tengine's exception is told with location and line (R9.9)") {
  Host host;
  host.conf(
      http_server(std::string(kVerifyOn) +
                  "\nlocation /open {\nssl_verify_client_exception on; proxy_pass http://a; }"));
  const auto snapshot = host.scratch();
  CHECK(last(*snapshot).enforced == false);
  const auto found = findings_of(*snapshot);
  const auto told = std::find_if(found.begin(), found.end(), [](const audit::Finding& finding) {
    return finding.kind == FindingKind::kEnforcementBypassedByRelease;
  });
  REQUIRE(told != found.end());
  CHECK(told->detail.find("location /open") != std::string::npos);
  REQUIRE(told->at);
  CHECK(told->at->line == 5);
  CHECK_FALSE(has(*snapshot, FindingKind::kVerifyOptionalUnguarded));
}

}  // namespace mtls::audit_fixture
