// An edit of one server block: what is taken over of the others says together with what is judged
// and written again what an evaluation from scratch says. Random server blocks that look at each
// other: shared sockets and names, borrowed TLS contexts, plaintext twins, siblings before one
// backend, variables of the whole http block.
#include <catch2/catch.hpp>
#include <random>
#include <sstream>

#include "collectors/collect.h"
#include "tests/unit/audit/audit_fixture.h"
#include "tests/unit/audit/statement.h"

namespace mtls::collectors {
namespace {

using namespace audit_fixture;

constexpr unsigned kTrees = 60;
constexpr int kSteps = 14;
constexpr std::size_t kServers = 5;

using Evaluated = std::shared_ptr<const audit::Snapshot>;

class Neighbours {
 public:
  explicit Neighbours(unsigned seed) : random_(seed) {
    host.policy.build.version =
        pick(2) == 0 ? config::Version{1, 22, 1} : config::Version{1, 27, 2};
    host.conf(
        "error_log error.log info; events { }\nhttp { ssl_verify_depth 2;\n"
        "map $kind $is_staff { default 0; staff 1; }\n"
        "map $ssl_client_verify $verified { default 0; SUCCESS 1; }\n"
        "include conf.d/*.conf; }\n" +
        std::string(pick(2) == 0 ? "" : "stream { include stream.d/*.conf; }\n"));
    host.canary(minted().client.certificate_pem);
    for (std::size_t i = 0; i < kServers; ++i) host.disk.put(path(i), block(i));
    for (std::size_t i = 0; i < 2; ++i) host.disk.put(stream_path(i), stream_block(i));
  }

  Host host;

  /// Another text for one server block, such that nginx reads the whole.
  void edit() {
    for (;;) {
      const std::size_t i = pick(kServers + 2);
      const std::string where = i < kServers ? path(i) : stream_path(i - kServers);
      const std::string before = std::string(host.disk.read(where, 100'000)->text());
      host.disk.put(where, i < kServers ? block(i) : stream_block(i - kServers));
      if (host.scratch()->config->parsed()) return;
      host.disk.put(where, before);
    }
  }

 private:
  std::size_t pick(std::size_t count) { return random_() % count; }
  bool rarely() { return pick(4) == 0; }
  std::string any(std::initializer_list<const char*> texts) {
    return *(texts.begin() + pick(texts.size()));
  }

  static std::string path(std::size_t i) {
    return "/etc/nginx/conf.d/" + std::to_string(i) + ".conf";
  }
  static std::string stream_path(std::size_t i) {
    return "/etc/nginx/stream.d/" + std::to_string(i) + ".conf";
  }

  std::string tls() {
    std::string text;
    if (!rarely()) text += std::string(kCertificate) + "\n";
    text += "ssl_verify_client " + any({"on", "on", "optional", "optional_no_ca", "off"}) + ";\n";
    text += "ssl_client_certificate " + any({"clients.pem", "trusted.pem"}) + ";\n";
    if (rarely()) text += "ssl_verify_depth " + any({"1", "3"}) + ";\n";
    if (rarely()) text += "ssl_session_tickets off;\n";
    if (rarely()) text += "ssl_protocols TLSv1.2;\n";
    if (rarely()) text += "ssl_conf_command VerifyMode Require;\n";
    if (rarely()) text += "ssl_trusted_certificate trusted.pem;\n";
    return text;
  }

  std::string block(std::size_t i) {
    std::string text = "server {\nlisten " + any({"443 ssl", "443 ssl", "8443 ssl", "443"}) +
                       (i == 0 && rarely() ? " default_server" : "") + ";\n";
    if (rarely()) text += "listen 80;\n";
    text += "server_name " + any({"a.test", "b.test", "*.test", "_"}) + " s" + std::to_string(i) +
            ".test;\n" + tls();
    if (rarely()) text += "error_page 400 495 496 /error;\n";
    if (rarely()) text += "root /srv/" + any({"a", "b"}) + ";\n";
    if (rarely()) text += "set $kind " + any({"staff", "guest", "$ssl_client_verify"}) + ";\n";
    if (rarely()) text += "if ($ssl_client_verify != SUCCESS) { return 403; }\n";
    if (rarely()) text += "if ($is_staff) { return 403; }\n";
    if (rarely()) text += "if ($verified = 0) { return 403; }\n";
    if (rarely()) text += "if ($ssl_client_v_remain = 0) { return 403; }\n";
    text += "location / {\n";
    if (rarely()) text += "proxy_set_header X-Verify $ssl_client_verify;\n";
    text += any({"proxy_pass http://app;\n", "proxy_pass http://other;\n",
                 "proxy_pass https://up;\n", "return 200;\n", ""});
    if (rarely()) text += "proxy_ssl_verify on; proxy_ssl_trusted_certificate trusted.pem;\n";
    return text + "}\n}\n";
  }

  std::string stream_block(std::size_t i) {
    const bool has_names = host.policy.build.version >= config::Version{1, 25, 5};
    const std::string port = has_names ? "9443" : std::to_string(9443 + i);
    return "server {\nlisten " + port + " ssl;\n" +
           (has_names ? "server_name t" + std::to_string(i) + ".test;\n" : "") +
           std::string(kCertificate) + "\nssl_client_certificate " +
           any({"clients.pem", "trusted.pem"}) + ";\nssl_verify_client " + any({"on", "optional"}) +
           ";\nproxy_pass app:1;\n}\n";
  }

  std::mt19937 random_;
};

/// All metrics but the instant of the last reading.
std::string text_of(const Collection& collection) {
  std::string kept;
  std::istringstream in(render(collection.families));
  for (std::string line; std::getline(in, line);)
    if (line.find("config_last_success") == std::string::npos) kept += line + '\n';
  return kept;
}

void check_same(const audit::Snapshot& next, const audit::Snapshot& fresh) {
  REQUIRE(statement_of(next) == statement_of(fresh));
  REQUIRE(next.next_change_at == fresh.next_change_at);
  REQUIRE(next.nginx_errors() == fresh.nginx_errors());
  for (std::size_t i = 0; i < fresh.servers.size(); ++i) {
    const audit::ServerAudit& one = *next.servers[i];
    const audit::ServerAudit& other = *fresh.servers[i];
    REQUIRE(one.enforced == other.enforced);
    REQUIRE(one.enforced_note == other.enforced_note);
    REQUIRE(one.is_bypassed == other.is_bypassed);
    REQUIRE(one.resumption_window == other.resumption_window);
    REQUIRE(one.findings == other.findings);
  }
}

}  // namespace

TEST_CASE("edited: what stands beside an edited server block says what one from scratch says") {
  std::size_t standing = 0;
  std::size_t judged = 0;
  for (unsigned seed = 1; seed <= kTrees; ++seed) {
    Neighbours tree(seed);
    Evaluated last = tree.host.scratch();
    if (!last->config->parsed()) continue;
    Collector collector;
    (void)collector.collect(last, {});
    for (int step = 0; step < kSteps; ++step) {
      INFO("tree " << seed << ", step " << step);
      tree.edit();
      audit::Changes changes = tree.host.differences(*last);
      changes.complete = changes.paths;
      const Evaluated next = tree.host.after(last, changes);
      const Evaluated fresh = tree.host.scratch();
      check_same(*next, *fresh);
      REQUIRE(text_of(collector.collect(next, {})) == text_of(collect(*fresh, {})));
      for (std::size_t i = 0; i < next->servers.size(); ++i)
        ++(next->servers[i] == last->servers[i] ? standing : judged);
      last = next;
    }
  }
  // Else nothing was shown.
  CHECK(standing > std::size_t{kTrees} * kSteps / 2);
  CHECK(judged > std::size_t{kTrees} * kSteps);
}

TEST_CASE("edited: a setting of one server block costs the others nothing") {
  Host host;
  const auto put = [&](const std::string& more) {
    host.conf(http(server("d.test", kVerifyOn) + "include conf.d/*.conf;"));
    host.disk.put("/etc/nginx/conf.d/a.conf", server("a.test", kVerifyOn + more));
    host.disk.put("/etc/nginx/conf.d/b.conf", server("b.test", kVerifyOn));
  };
  put("");
  const auto first = host.scratch();
  put(std::string(" ssl_prefer_server_ciphers on; ssl_verify_depth 4;"));
  const auto second = host.after(first, host.differences(*first));
  CHECK(second->servers[1] != first->servers[1]);
  CHECK(second->servers[2] == first->servers[2]);  // d.test looks at all behind it
  CHECK(second->refusals_by_server[0] == first->refusals_by_server[0]);
  CHECK(second->refusals_by_server[2] == first->refusals_by_server[2]);
  Collector collector;
  (void)collector.collect(first, {});
  CHECK(collector.collect(second, {}).written.servers < 3);
}

}  // namespace mtls::collectors
