#include "tests/integration/random_pki/random_pki_bench.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "audit/build.h"
#include "reports/formats/check_json.h"
#include "tests/integration/build_under_test.h"
#include "tests/integration/random_pki/random_pki_meter.h"
#include "tests/integration/verdict/verdict_pki.h"
#include "tests/support/nginx_runner.h"
#include "tests/support/wire/free_port.h"
#include "tests/support/wire/tls_client.h"

namespace mtls::testing {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kPorts = 3;

/// One answer, nginx's or ours.
struct Fate {
  int status = 0;      // 0: no answer
  std::string verify;  // `$ssl_client_verify`
  int code = 0;        // the logged code; 0 when the client is not refused

  bool operator==(const Fate&) const = default;
};

std::string text_of(const Fate& fate) {
  return std::to_string(fate.status) + " " + fate.verify + " (" + std::to_string(fate.code) + ")";
}

std::string file_name(std::size_t index) { return "file-" + std::to_string(index) + ".pem"; }
std::string path_of(const PkiServer& server, const std::string& client) {
  return "/" + server.name + "/" + client;
}

/// The files of a case in a directory, and the text that names them to nginx.
class Scene {
 public:
  Scene(const PkiCase& all, const std::vector<std::uint16_t>& ports) : all_(all), ports_(ports) {
    std::string servers = "lingering_close off; add_header X-Verify $ssl_client_verify always;\n";
    for (const PkiServer& server : all.servers) servers += block(server);
    conf_ = servers;
    directory_.write("nginx.conf", nginx_http_conf(servers));
    for (const PkiClient& client : all.clients)
      directory_.write("clients/" + client.name + ".pem", chain_pem(client));
  }

  const TempDir& directory() const { return directory_; }

  /// The most that the client's OpenSSL writes at once with the rest of its flight is 4096 bytes.
  /// After a signature that failed, nginx ends a handshake that it cannot finish at once
  /// (docs/differential.md).
  std::string chain_pem(const PkiClient& client) {
    constexpr std::size_t kMostBytes = 4700;  // as PEM
    std::string text = mint_.certificate(client.leaf).certificate_pem;
    for (const std::size_t sent : client.sent) {
      const std::string& next = mint_.certificate(sent).certificate_pem;
      if (text.size() + next.size() <= kMostBytes) text += next;
    }
    return text;
  }
  const std::string& key_pem(const PkiClient& client) {
    return mint_.certificate(client.leaf).key_pem;
  }

  std::string text() const {
    std::ostringstream out;
    out << mint_.described();
    for (const PkiClient& client : all_.clients) {
      out << "client " << client.name << ": leaf " << client.leaf << ", sends";
      for (const std::size_t sent : client.sent) out << " " << sent;
      out << "\n";
    }
    out << conf_;
    return out.str();
  }

 private:
  std::string block(const PkiServer& server) {
    std::string text = "server { listen 127.0.0.1:" + std::to_string(ports_.at(server.port)) +
                       " ssl; server_name " + server.name + "; " + identity(server) +
                       "ssl_verify_client " + server.mode + ";\n ";
    text += file("ssl_client_certificate", server.client);
    text += file("ssl_trusted_certificate", server.trusted);
    text += file("ssl_crl", server.crl);
    if (server.depth >= 0) text += "ssl_verify_depth " + std::to_string(server.depth) + "; ";
    if (server.security_level >= 0)
      text += "ssl_ciphers DEFAULT:@SECLEVEL=" + std::to_string(server.security_level) + "; ";
    if (server.rejects_handshake) text += "ssl_reject_handshake on; ";
    return text + "location / { return 200; } }\n";
  }

  std::string file(const std::string& directive, std::size_t index) {
    if (index == kNone) return "";
    directory_.write(file_name(index), mint_.file(index));
    return directive + " " + file_name(index) + "; ";
  }

  std::string identity(const PkiServer& server) {
    if (!server.has_certificate) return "";
    std::string name = "server";
    if (server.identity != kNone) {
      name = "identity-" + std::to_string(server.identity);
      std::string chain;
      for (std::size_t at = server.identity; at != kNone; at = all_.certificates[at].issuer)
        chain += mint_.certificate(at).certificate_pem;
      directory_.write(name + ".pem", chain);
      directory_.write(name + ".key", mint_.certificate(server.identity).key_pem);
    }
    return "ssl_certificate " + name + ".pem; ssl_certificate_key " + name + ".key; ";
  }

  const PkiCase& all_;
  const std::vector<std::uint16_t>& ports_;
  const TempDir directory_;
  PkiMint mint_{all_};
  std::string conf_;
};

/// nginx's answers; the codes are keyed by the requested path.
class Nginx {
 public:
  Nginx(Scene& scene, const std::vector<std::uint16_t>& ports)
      : scene_(scene), ports_(ports), nginx_(scene.directory()) {}

  /// nullptr: without a certificate.
  TlsAnswer ask(const PkiServer& server, const PkiClient* client) {
    TlsRequest question{.port = ports_.at(server.port),
                        .sni = server.name,
                        .host = server.name,
                        .path = path_of(server, client == nullptr ? "nobody" : client->name)};
    if (client != nullptr) {
      question.client_chain_pem = scene_.chain_pem(*client);
      question.client_key_pem = scene_.key_pem(*client);
    }
    return request(question);
  }

  /// `client SSL certificate verify error: (10:certificate has expired) while …, request: "GET PATH
  /// HTTP/1.1", …` (R3.50).
  std::map<std::string, int> logged_codes() const {
    constexpr std::string_view kError = "client SSL certificate verify error: (";
    constexpr std::string_view kRequest = "request: \"GET ";
    std::map<std::string, int> codes;
    std::istringstream lines(nginx_.error_log());
    for (std::string line; std::getline(lines, line);) {
      const std::size_t error = line.find(kError);
      const std::size_t request = line.find(kRequest);
      if (error == std::string::npos || request == std::string::npos) continue;
      const std::size_t path = request + kRequest.size();
      codes[line.substr(path, line.find(' ', path) - path)] =
          std::stoi(line.substr(error + kError.size()));
    }
    return codes;
  }

 private:
  Scene& scene_;
  const std::vector<std::uint16_t>& ports_;
  NginxRunner nginx_;
};

/// What `check` says about one server.
class Prediction {
 public:
  explicit Prediction(const Json& server) : server_(server) {}

  std::vector<std::string> names() const { return server_.at("advertised_ca_names"); }
  bool judges() const { return server_.at("verify_client") != "off"; }
  Fate of(const std::string& client) const {
    for (const Json& one : server_.at("clients")) {
      if (one.at("name") != client) continue;
      const int status = one.at("http_status");
      return {.status = status,
              .verify = one.at("client_verify"),
              .code = status == 400 ? one.at("code").get<int>() : 0};
    }
    return {};
  }

 private:
  const Json& server_;
};

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += "\n  " + name;
  return text;
}

/// Asks every server about every client.
class Comparison {
 public:
  Comparison(const PkiCase& all, Scene& scene, std::shared_ptr<const audit::Snapshot> snapshot,
             PkiReport& report)
      : all_(all), scene_(scene), report_(report), meter_(std::move(snapshot)) {}

  void run(Nginx& nginx, const Json& servers) {
    for (const PkiServer& server : all_.servers) ask(nginx, server);
    codes_ = nginx.logged_codes();
    for (std::size_t i = 0; i < all_.servers.size(); ++i) {
      if (all_.servers[i].rejects_handshake) continue;
      const Prediction ours(servers.at(i));
      compare(all_.servers[i], ours);
      if (ours.judges()) meter(i);
    }
  }

 private:
  void ask(Nginx& nginx, const PkiServer& server) {
    answers_[path_of(server, "nobody")] = nginx.ask(server, nullptr);
    for (const PkiClient& client : all_.clients)
      answers_[path_of(server, client.name)] = nginx.ask(server, &client);
  }

  void compare(const PkiServer& server, const Prediction& ours) {
    const TlsAnswer& nobody = answers_.at(path_of(server, "nobody"));
    if (!nobody.ca_names.empty()) ++report_.name_lists;
    if (nobody.ca_names != ours.names()) {
      disagree("names", server.name + ", nginx:" + joined(nobody.ca_names) +
                            "\nours:" + joined(ours.names()));
    }
    const int without = server.mode == "on" ? 400 : 200;
    compare(server, "nobody", {.status = without, .verify = "NONE"});
    for (const PkiClient& client : all_.clients) {
      if (!ours.judges()) {
        // The verdict of the default server's context is shown, although nothing acts on it
        // (R3.44).
        const int status = answers_.at(path_of(server, client.name)).status;
        if (status != 200) disagree("refused while off", path_of(server, client.name));
        continue;
      }
      compare(server, client.name, ours.of(client.name));
      ++report_.pairs;
      const Fate said = fate(path_of(server, client.name));
      ++report_.said[said.verify + " " + std::to_string(said.status)];
    }
  }

  // nginx's own lines would tell the observer the same of each of these handshakes.
  void meter(std::size_t server) {
    for (const PkiClient& client : all_.clients) {
      const std::string path = path_of(all_.servers[server], client.name);
      const auto outcome = meter_.compare(server, scene_.chain_pem(client), fate(path).verify);
      if (outcome == audit::observed::TruthMeter::Outcome::kAgreed) ++report_.metered;
      if (outcome == audit::observed::TruthMeter::Outcome::kDiffered)
        disagree("truth meter: " + fate(path).verify, path + ": nginx: " + fate(path).verify);
    }
  }

  Fate fate(const std::string& path) const {
    const TlsAnswer& answer = answers_.at(path);
    const auto verify = answer.headers.find("x-verify");
    const auto code = codes_.find(path);
    return {.status = answer.status,
            .verify = verify == answer.headers.end() ? answer.error : verify->second,
            .code = code == codes_.end() ? 0 : code->second};
  }

  void compare(const PkiServer& server, const std::string& client, const Fate& ours) {
    const std::string path = path_of(server, client);
    const Fate nginx = fate(path);
    if (nginx == ours) return;
    const std::string both = "nginx: " + text_of(nginx) + ", ours: " + text_of(ours);
    disagree(both, path + ": " + both);
  }

  void disagree(const std::string& kind, const std::string& report) {
    report_.disagreements.push_back({.kind = kind, .report = report});
  }

  const PkiCase& all_;
  Scene& scene_;
  PkiReport& report_;
  PkiMeter meter_;
  std::map<std::string, TlsAnswer> answers_;
  std::map<std::string, int> codes_;
};

std::string complaint_of(const NginxTest& test) {
  constexpr std::string_view kLevel = "[emerg] ";
  const std::size_t at = test.emerg.find(kLevel);
  return at == std::string::npos ? test.emerg : test.emerg.substr(at + kLevel.size());
}

std::string without_openssl(const std::string& complaint) {
  const std::size_t begin = complaint.find(" (SSL:");
  const std::size_t end = complaint.rfind(')');
  if (begin == std::string::npos || end == std::string::npos || end < begin) return complaint;
  return complaint.substr(0, begin) + complaint.substr(end + 1);
}

/// Both refuse one file for one broken block and give it the same name. Only OpenSSL's words
/// differ, in a way that docs/differential.md lists.
bool is_known_gap(const std::string& nginx, const std::string& ours) {
  if (without_openssl(nginx) != without_openssl(ours)) return false;
  return nginx.find("asn1 encoding routines") != std::string::npos;
}

/// The complaint without quoted text and without the location.
std::string shape(const std::string& complaint) {
  std::string text;
  bool is_quoted = false;
  for (const char c : complaint.substr(0, complaint.rfind(" in /"))) {
    if (c == '"') is_quoted = !is_quoted;
    if (!is_quoted) text += c;
  }
  return text;
}

}  // namespace

PkiBench::PkiBench() {
  const Minted own = leaf(nullptr, purpose("serverAuth"));
  server_pem_ = own.certificate_pem;
  server_key_ = own.key_pem;
  policy_.build = build_under_test();
  for (std::size_t i = 0; i < kPorts; ++i) ports_.push_back(free_port());
}

PkiReport PkiBench::ask(const PkiCase& all, PkiQuestion question) {
  Scene scene(all, ports_);
  scene.directory().write("server.pem", server_pem_);
  scene.directory().write("server.key", server_key_);
  audit::Policy policy = policy_;
  policy.nginx_conf = scene.directory().path("nginx.conf");
  for (const PkiClient& client : all.clients) {
    const std::string path = scene.directory().path("clients/" + client.name + ".pem");
    policy.canaries.push_back({.name = client.name,
                               .certificate = path,
                               .expect = audit::Expect::kAccept,
                               .servers = {}});
  }
  const auto snapshot = audit::build(
      {.policy = policy, .disk = disk_, .now = now(), .previous = nullptr, .changes = {}});
  const auto errors = snapshot->nginx_errors();
  const std::string ours = errors.empty() ? "" : errors.front().text();
  const std::string nginxs = complaint_of(NginxRunner::test(scene.directory()));

  PkiReport report{.complaint = shape(nginxs), .text = scene.text()};
  report.has_known_gap = nginxs != ours && is_known_gap(nginxs, ours);
  if (nginxs != ours && !report.has_known_gap) {
    report.disagreements.push_back({.kind = shape(nginxs) + " | " + shape(ours),
                                    .report = "nginx: " + nginxs + "\nours:  " + ours});
  } else if (nginxs.empty() && question == PkiQuestion::kRefusalAndHandshakes) {
    const Json checked = Json::parse(
        reports::formats::check_json({.assessment = {.snapshot = *snapshot}, .issues = {}}));
    Nginx nginx(scene, ports_);
    Comparison(all, scene, snapshot, report).run(nginx, checked.at("servers"));
  }
  return report;
}

}  // namespace mtls::testing
