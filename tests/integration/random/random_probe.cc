#include "tests/integration/random/random_probe.h"

#include <algorithm>
#include <optional>
#include <ostream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "audit/snapshot.h"
#include "audit/trust/trust.h"
#include "config/routing/reach.h"
#include "pki/verify.h"
#include "tests/integration/verdict/verdict_pki.h"
#include "tests/support/nginx_runner.h"
#include "tests/support/wire/tls_client.h"

namespace mtls::testing {
namespace {

using audit::Snapshot;
using config::Module;

constexpr const char* kPath = "/probe";

/// What a client sees of one request, or should see.
struct Seen {
  // 0: no answer, since the handshake failed or the connection was closed.
  int status = 0;
  std::string verify;                 // `$ssl_client_verify`
  std::string server;                 // the mark of the server block that answered
  std::vector<std::string> ca_names;  // of the CertificateRequest

  bool operator==(const Seen&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Seen& seen) {
  out << seen.status << " '" << seen.verify << "' by server " << seen.server << ", names [";
  for (const std::string& name : seen.ca_names) out << name << "; ";
  return out << "]";
}

/// One client at one socket.
struct Probe {
  Module module = Module::kHttp;
  std::uint16_t port = 0;
  std::optional<std::string> sni = {};
  std::string host = {};
  const RandomClient* client = nullptr;  // nullptr: the client has no certificate
};

std::ostream& operator<<(std::ostream& out, const Probe& probe) {
  return out << word(probe.module) << " port " << probe.port << ", SNI "
             << probe.sni.value_or("(none)") << ", Host " << probe.host << ", client "
             << (probe.client == nullptr ? "nobody" : probe.client->name);
}

Seen ask(const Probe& probe) {
  TlsRequest question{.port = probe.port, .sni = probe.sni, .host = probe.host, .path = kPath};
  if (probe.client != nullptr) {
    question.client_chain_pem = probe.client->chain_pem;
    question.client_key_pem = probe.client->key_pem;
  }
  TlsAnswer answer = request(question);
  return {.status = answer.status,
          .verify = answer.headers["x-verify"],
          .server = answer.headers["x-server"],
          .ca_names = answer.ca_names};
}

// The default security level of Debian's OpenSSL (R3.14).
constexpr int kDefaultSecurityLevel = 2;

/// Our answers, from one Snapshot.
class Oracle {
 public:
  Oracle(const Snapshot& snapshot, const config::NginxBuild& build)
      : snapshot_(snapshot), resolved_(snapshot.config->resolved), build_(build) {}

  Seen foresee(const Probe& probe) const {
    const std::optional<std::size_t> socket = config::routing::socket_at(
        resolved_, probe.module, {.address = "127.0.0.1", .port = probe.port, .at = {}});
    if (!socket) throw std::runtime_error("no socket for the port asked");
    const config::routing::Route way = config::routing::route(
        resolved_, {.socket = *socket, .sni = probe.sni, .host = probe.host}, build_);
    if (way.outcome == config::routing::RouteOutcome::kHandshakeRejected) return {};
    if (!way.context) throw std::runtime_error("no TLS context where nginx starts");
    return answer_of(probe, way);
  }

 private:
  Seen answer_of(const Probe& probe, const config::routing::Route& way) const {
    Seen seen;
    const config::TlsContext& judge = resolved_.servers[*way.context];
    const bool is_asked = judge.verify_client.value != config::VerifyClient::kOff;
    const audit::trust::TrustContent content =
        audit::trust::trust_content(audit::MaterialView(snapshot_.material), judge, build_);
    if (is_asked) seen.ca_names = names_of(content);
    if (way.outcome == config::routing::RouteOutcome::kMisdirected)
      return {421, "", "", seen.ca_names};
    const bool has_certificate = is_asked && probe.client != nullptr;
    const pki::ChainVerdict said =
        has_certificate ? verdict(*probe.client, judge, content) : pki::ChainVerdict{};
    const config::VerifyClient mode = resolved_.servers[way.server].verify_client.value;
    const bool passes =
        has_certificate ? audit::lets_through(mode, said.code) : mode != config::VerifyClient::kOn;
    if (probe.module != Module::kHttp) return {passes ? 200 : 0, "", "", seen.ca_names};
    seen.status = passes ? 200 : 400;
    seen.verify = !has_certificate ? "NONE" : said.code == 0 ? "SUCCESS" : "FAILED:" + said.reason;
    seen.server = std::to_string(way.server);
    if (const audit::Verdict* published = published_verdict(probe, way)) {
      seen.status = published->http_status.value_or(0);
      seen.verify = published->client_verify;
    }
    return seen;
  }

  /// What the Snapshot says about this client at the answering server. That verdict applies to
  /// connections through the server's own TLS context.
  const audit::Verdict* published_verdict(const Probe& probe,
                                          const config::routing::Route& way) const {
    if (probe.client == nullptr || resolved_.tls_owner(way.server) != way.context) return nullptr;
    for (const audit::Verdict& verdict : snapshot_.servers[way.server]->verdicts) {
      if (verdict.canary == probe.client->name) return &verdict;
    }
    return nullptr;
  }

  pki::ChainVerdict verdict(const RandomClient& client, const config::TlsContext& judge,
                            const audit::trust::TrustContent& content) const {
    const std::string& main_path = snapshot_.config->document->files.front();
    const std::string path =
        main_path.substr(0, main_path.rfind('/')) + "/clients/" + client.name + ".pem";
    const pki::Material* chain = audit::MaterialView(snapshot_.material).content(&path);
    if (chain == nullptr) throw std::runtime_error("no material for " + path);
    const pki::TrustStore store(content.store, content.revocation_lists, content.check_crls);
    return store.verify(chain->certificates,
                        {.depth = judge.verify_depth.value,
                         .security_level = judge.security_level().value_or(kDefaultSecurityLevel),
                         .purpose = pki::Purpose::kClient,
                         .release = audit::openssl_of(build_)},
                        snapshot_.evaluated_at);
  }

  static std::vector<std::string> names_of(const audit::trust::TrustContent& content) {
    std::vector<std::string> names;
    std::set<std::string> known;
    for (const pki::Certificate& certificate : content.announced) {
      const pki::DistinguishedName& subject = certificate.facts().subject;
      if (known.insert(subject.canonical).second) names.push_back(subject.rfc2253);
    }
    return names;
  }

  const Snapshot& snapshot_;
  const config::ResolvedConfig& resolved_;
  const config::NginxBuild& build_;
};

/// A server that lost its `listen` would take port 80, which these tests may not use.
bool listens_elsewhere(const config::ResolvedConfig& resolved) {
  return std::ranges::any_of(resolved.sockets, [](const config::Socket& socket) {
    return socket.canonical.ends_with(":80") || socket.canonical.ends_with(":8000");
  });
}

/// OpenSSL keeps a key of another type beside the certificate: `nginx -t` accepts that, but no
/// handshake succeeds. The files of a pair have the same name except for `.pem` and `.key`.
bool has_foreign_key(const config::TlsContext& server) {
  const auto& keys = server.certificate_keys.value;
  for (std::size_t i = 0; i < server.certificates.value.size() && i < keys.size(); ++i) {
    const std::string* certificate = audit::static_path(server.certificates.value[i].file);
    const std::string* key = audit::static_path(keys[i].file);
    if ((certificate == nullptr) != (key == nullptr)) return true;
    if (key != nullptr &&
        key->substr(0, key->rfind('.')) != certificate->substr(0, certificate->rfind('.'))) {
      return true;
    }
  }
  return false;
}

/// The ports on which a client from 127.0.0.1 speaks TLS.
std::vector<std::pair<Module, std::uint16_t>> tls_ports(const config::ResolvedConfig& resolved,
                                                        const RandomPorts& ports) {
  std::vector<std::pair<Module, std::uint16_t>> found;
  const auto look = [&](Module module, std::uint16_t port) {
    const auto socket = config::routing::socket_at(
        resolved, module, {.address = "127.0.0.1", .port = port, .at = {}});
    if (socket && resolved.sockets[*socket].ssl) found.emplace_back(module, port);
  };
  for (const std::uint16_t port : ports.http) look(Module::kHttp, port);
  for (const std::uint16_t port : ports.stream) look(Module::kStream, port);
  return found;
}

Probe random_probe(const RandomBench& bench, Dice& dice, std::pair<Module, std::uint16_t> where) {
  const auto name = [&] {
    return std::string(dice.one_of({"a.test", "b.test", "c.test", "c1.test", "d.test", "x.a.test",
                                    "a.x", "zzz.invalid", "localhost", "A.TEST", "b.y"}));
  };
  Probe probe{.module = where.first, .port = where.second};
  if (!dice.percent(20)) probe.sni = name();
  probe.host = probe.sni && dice.percent(65) ? *probe.sni : name();
  if (dice.percent(80)) probe.client = &dice.one_of(bench.clients());
  return probe;
}

std::string difference(const Probe& probe, Seen real, const Seen& ours) {
  // R3.41 does not say which server answers.
  if (ours.status == 421) real.verify = real.server = "";
  if (real == ours) return "";
  std::ostringstream text;
  text << probe << "\n  nginx: " << real << "\n  ours:  " << ours;
  return text.str();
}

}  // namespace

Nodes marked(Nodes main, const RandomPorts& ports) {
  std::size_t index = 0;
  Node* last_http = nullptr;
  for (Node& module : main) {
    if (module.name == "http") last_http = &module;
    for (Node& server : module.inside) {
      if (server.name != "server" || !server.has_block) continue;
      const Nodes marks{directive("add_header", {"X-Server", std::to_string(index++), "always"}),
                        directive("add_header", {"X-Verify", "$ssl_client_verify", "always"}),
                        block("location", {"=", kPath}, {directive("return", {"200"})})};
      if (module.name == "http")
        server.inside.insert(server.inside.begin(), marks.begin(), marks.end());
    }
  }
  if (last_http != nullptr) {
    last_http->inside.push_back(
        block("server", {},
              {directive("listen", {"127.0.0.1:" + std::to_string(ports.plain)}),
               block("location", {"/"}, {directive("return", {"200"})})}));
  }
  return main;
}

ProbeReport probe(RandomBench& bench, Dice& dice) {
  constexpr std::size_t kProbesPerPort = 7;
  ProbeReport report;
  const auto snapshot = bench.evaluate();
  const config::ResolvedConfig& resolved = snapshot->config->resolved;
  if (listens_elsewhere(resolved) || std::ranges::any_of(resolved.servers, has_foreign_key)) {
    return report;
  }
  const Oracle oracle(*snapshot, bench.build());
  try {
    const NginxRunner nginx(bench.directory());
    for (const auto& where : tls_ports(resolved, bench.ports())) {
      for (std::size_t i = 0; i < kProbesPerPort; ++i) {
        const Probe one = random_probe(bench, dice, where);
        const Seen real = ask(one);
        ++report.answers[real.status];
        const std::string text = difference(one, real, oracle.foresee(one));
        if (!text.empty()) report.disagreements.push_back(text);
      }
    }
  } catch (const std::runtime_error& error) {
    // `nginx -t` binds nothing, so it accepts addresses that cannot be bound together.
    const std::string text = error.what();
    if (text.find("bind() to") == std::string::npos) report.disagreements.push_back(text);
  }
  return report;
}

}  // namespace mtls::testing
