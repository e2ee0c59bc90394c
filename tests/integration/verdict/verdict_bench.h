// Real nginx and audit::build() with the same configuration, files and clients: the second must
// predict what the first says to a client. Knows how to ask both, not what is right.
#pragma once

#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "audit/build.h"
#include "daemon/system/disk.h"
#include "tests/integration/build_under_test.h"
#include "tests/integration/verdict/verdict_pki.h"
#include "tests/support/nginx_runner.h"
#include "tests/support/wire/free_port.h"
#include "tests/support/wire/tls_client.h"

namespace mtls::testing {

inline bool nginx_is_missing() {
  if (NginxRunner::available()) return false;
  WARN("skipped: there is no " << testing::nginx_under_test());
  return true;
}

inline const std::string kOn = "ssl_verify_client on; ";
inline const std::string kOptional = "ssl_verify_client optional; ";
inline const std::string kOptionalNoCa = "ssl_verify_client optional_no_ca; ";
inline const std::string kBundle = "ssl_client_certificate bundle.pem; ";
inline const std::string kGuard = "if ($ssl_client_verify != SUCCESS) { return 403; } ";

/// The answer to one client, by nginx or predicted by us.
struct Said {
  int status = 0;
  std::string client_verify;
  int code = 0;  // of a refusal; a certificate that is good or forgiven leaves no log line

  bool operator==(const Said&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Said& said) {
  return out << said.status << " " << said.client_verify << " (" << said.code << ")";
}

class Bench {
 public:
  struct Server {
    std::string name;  // used as SNI, Host and server_name
    std::string directives;
    std::uint16_t port = free_port();
    std::string listen = "ssl";
    bool own_certificate = true;
  };
  /// The leaf first, then the certificates sent with it.
  struct Client {
    std::string chain_pem;
    std::string key_pem;
  };
  /// The fate of one client at one server, as this test knows it from nginx.
  struct Fate {
    std::string server;
    std::string client;
    int status = 200;
    int code = 0;
  };

  Bench() {
    const Minted own = leaf(nullptr, [](auto& spec) { spec.extended_key_usage = "serverAuth"; });
    directory_.write("server.pem", own.certificate_pem);
    directory_.write("server.key", own.key_pem);
  }

  /// Replaces the file atomically, as certificate tools do. Returns the absolute path.
  std::string file(const std::string& name, const std::string& text) const {
    return directory_.rename_over(name, text);
  }
  std::string text(const std::string& name) const { return directory_.read(name); }
  /// Directives for the http block.
  void http(const std::string& directives) { http_ += directives; }
  void server(const Server& server) { servers_.push_back(server); }
  void client(const std::string& name, const Minted& own,
              const std::vector<const Minted*>& sent_with_it = {}) {
    clients_[name] = {own.certificate_pem + pem(sent_with_it), own.key_pem};
    file("clients/" + name + ".pem", clients_[name].chain_pem);
  }

  void write_conf() const {
    std::string text(kAccessLog);
    text += http_;
    for (const Server& server : servers_) text += block(server);
    directory_.write("nginx.conf", nginx_http_conf(text));
  }
  void start() {
    write_conf();
    nginx_.emplace(directory_);
  }
  void reload() { nginx_->reload(); }
  NginxTest test() const { return NginxRunner::test(directory_); }

  std::shared_ptr<const audit::Snapshot> evaluate(
      std::shared_ptr<const audit::Snapshot> previous = nullptr, audit::Changes changes = {}) {
    const audit::Policy policy = this->policy();
    return audit::build({.policy = policy,
                         .disk = disk_,
                         .now = now(),
                         .previous = std::move(previous),
                         .changes = std::move(changes)});
  }

  config::NginxBuild build() { return policy().build; }

  /// Checks that every client gets from nginx what `snapshot` predicts, at every server that asks;
  /// likewise the CA names, and the client without a certificate.
  void check_agreement(const audit::Snapshot& snapshot) {
    ask_everything();
    const auto& resolved = snapshot.config->resolved.servers;
    REQUIRE(resolved.size() == servers_.size());
    for (std::size_t i = 0; i < servers_.size(); ++i) {
      REQUIRE(resolved[i].id.server == servers_[i].name);
      INFO("server " << servers_[i].name << " { " << servers_[i].directives << " }");
      check_server(servers_[i].name, *snapshot.servers[i], config::asks(resolved[i]));
    }
  }

  /// Starts nginx and compares everything. `fates` keep both from agreeing on nonsense.
  void check(const std::vector<Fate>& fates) {
    start();
    check_agreement(*evaluate());
    check_fates(fates);
  }
  void check_fates(const std::vector<Fate>& fates) const {
    for (const Fate& fate : fates) {
      INFO(fate.client << " at " << fate.server);
      const Said said = nginx_said(fate.server, fate.client);
      CHECK(said.status == fate.status);
      CHECK(said.code == fate.code);
    }
  }

  std::size_t ca_names_sent(const std::string& server) const {
    return answers_.at(path(server, kNobody)).ca_names.size();
  }
  /// nginx's answers when everything was asked.
  Said nginx_said(const std::string& server, const std::string& client) const {
    const std::string where = path(server, client);
    return {.status = answers_.at(where).status,
            .client_verify = logged_verify(where),
            .code = logged_code(where)};
  }

 private:
  static constexpr const char* kNobody = "nobody";  // the client without a certificate
  // Not in a response header: a log decides nothing, and ServerAudit::enforced must see that.
  static constexpr std::string_view kAccessLog =
      "log_format verdict '$request_uri $ssl_client_verify'; access_log verdict.log verdict; "
      "lingering_close off;\n";

  static std::string path(const std::string& server, const std::string& client) {
    return "/" + server + "/" + client;
  }

  static std::string block(const Server& server) {
    return "server { listen 127.0.0.1:" + std::to_string(server.port) + " " + server.listen +
           "; server_name " + server.name + ";\n" +
           (server.own_certificate ? "ssl_certificate server.pem; ssl_certificate_key server.key;\n"
                                   : "") +
           server.directives + "\nlocation / { empty_gif; } }\n";
  }

  audit::Policy policy() {
    audit::Policy policy;
    policy.nginx_conf = directory_.path("nginx.conf");
    policy.build = build_under_test();
    for (const auto& [name, client] : clients_) {
      policy.canaries.push_back({.name = name,
                                 .certificate = directory_.path("clients/" + name + ".pem"),
                                 .expect = audit::Expect::kAccept,
                                 .servers = {}});
    }
    return policy;
  }

  void ask_everything() {
    const std::size_t errors_before = nginx_->error_log().size();
    const std::size_t verdicts_before = directory_.read("verdict.log").size();
    for (const Server& server : servers_) {
      ask(server, kNobody, {});
      for (const auto& [name, client] : clients_) ask(server, name, client);
    }
    error_log_ = nginx_->error_log().substr(errors_before);
    verdict_log_ = "\n" + directory_.read("verdict.log").substr(verdicts_before);
  }

  void ask(const Server& server, const std::string& name, const Client& client) {
    const std::string where = path(server.name, name);
    answers_[where] = request({.port = server.port,
                               .sni = server.name,
                               .host = server.name,
                               .path = where,
                               .client_chain_pem = client.chain_pem,
                               .client_key_pem = client.key_pem});
  }

  std::string logged_verify(const std::string& path) const {
    const std::string head = "\n" + path + " ";
    const std::size_t at = verdict_log_.find(head);
    if (at == std::string::npos) return "no request";
    const std::size_t begin = at + head.size();
    return verdict_log_.substr(begin, verdict_log_.find('\n', begin) - begin);
  }

  // `client SSL certificate verify error: (10:certificate has expired) while …, request: "GET PATH
  // HTTP/1.1", …` (R3.50). 0 when there is no such line.
  int logged_code(const std::string& path) const {
    constexpr std::string_view kError = "client SSL certificate verify error: (";
    const std::size_t end = error_log_.find("request: \"GET " + path + " ");
    if (end == std::string::npos) return 0;
    const std::size_t begin = error_log_.rfind('\n', end) + 1;
    const std::string line = error_log_.substr(begin, end - begin);
    const std::size_t at = line.find(kError);
    return at == std::string::npos ? 0 : std::stoi(line.substr(at + kError.size()));
  }

  void check_server(const std::string& server, const audit::ServerAudit& ours, bool asks) const {
    if (asks) CHECK(ca_names_sent(server) == ours.ca_names);
    const Said nobody = nginx_said(server, kNobody);
    CHECK(nobody.client_verify == (nobody.status == 0 ? "no request" : "NONE"));
    if (asks) REQUIRE(ours.enforced);
    CHECK((nobody.status == 200) == !(asks && *ours.enforced));
    CHECK(ours.verdicts.size() == (asks ? clients_.size() : 0));
    for (const audit::Verdict& verdict : ours.verdicts) {
      INFO("client " << verdict.canary);
      const Said we_say{.status = verdict.http_status.value_or(0),
                        .client_verify = verdict.client_verify,
                        .code = verdict.http_status == 400 ? verdict.code : 0};
      CHECK(we_say == nginx_said(server, verdict.canary));
    }
  }

  const TempDir directory_;
  daemon::system::Disk disk_;
  std::string http_;
  std::vector<Server> servers_;
  std::map<std::string, Client> clients_;
  std::optional<NginxRunner> nginx_;
  // nginx's answers and log when everything was last asked.
  std::map<std::string, TlsAnswer> answers_;  // by the path asked for
  std::string error_log_;
  std::string verdict_log_;
};

}  // namespace mtls::testing
