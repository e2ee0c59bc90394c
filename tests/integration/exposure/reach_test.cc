// Random tables of addresses, names, default flags and CAs. For any SNI, Host and client real nginx
// must answer from the server block, with the verdict and with the status that we predict, and both
// must agree on whether nginx starts at all. MTLS_REACH_SEED is the first table, MTLS_REACH_TABLES
// the number of tables.
#include "config/routing/reach.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/resolve.h"
#include "config/syntax/parser.h"
#include "tests/integration/build_under_test.h"
#include "tests/integration/number_from.h"
#include "tests/integration/random/random_dice.h"
#include "tests/integration/verdict/verdict_pki.h"
#include "tests/support/nginx_runner.h"
#include "tests/support/wire/free_port.h"
#include "tests/support/wire/tls_client.h"

namespace mtls::testing {
namespace {

using config::ResolvedConfig;
using config::VerifyClient;
using config::routing::Route;

/// Two CAs, a client of each, and a server certificate.
struct Actors {
  Minted a = authority("CN=A");
  Minted b = authority("CN=B");
  std::map<std::string, Minted> clients{{"a", leaf(&a)}, {"b", leaf(&b)}};
  Minted server = leaf(nullptr, purpose("serverAuth"));
};

const Actors& actors() {
  static const Actors kMade;
  return kMade;
}

/// The answer that came, or that must come.
struct Outcome {
  int status = 0;       // 0: the handshake was rejected
  std::string server;   // number of the server block
  std::string verdict;  // $ssl_client_verify

  bool operator==(const Outcome&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
  return out << outcome.status << " from " << outcome.server << ", " << outcome.verdict;
}

struct Visit {
  std::string address;
  std::uint16_t port = 0;
  std::optional<std::string> sni;
  std::string host;
  std::string client;  // "": without a certificate
};

class Table {
 public:
  /// `names`: of the servers, which are then all on the first address. Without names everything is
  /// random.
  explicit Table(std::uint64_t seed, std::vector<std::string> names = {})
      : dice_(seed), given_(std::move(names)) {
    directory_.write("A.pem", actors().a.certificate_pem);
    directory_.write("B.pem", actors().b.certificate_pem);
    directory_.write("AB.pem", actors().a.certificate_pem + actors().b.certificate_pem);
    directory_.write("server.pem", actors().server.certificate_pem);
    directory_.write("server.key", actors().server.key_pem);
    std::string servers = "lingering_close off; server_names_hash_bucket_size 256;\n";
    const std::size_t count = given_.empty() ? dice_.between(1, 7) : given_.size();
    for (std::size_t i = 0; i < count; ++i) servers += server(i);
    text_ = nginx_http_conf(servers);
    directory_.write("nginx.conf", text_);
    read();
  }

  /// Checks that `nginx -t` and we agree on whether nginx may start; returns whether it may.
  bool may_start() const {
    const NginxTest said = NginxRunner::test(directory_);
    INFO(text_);
    const bool we_refuse = !config_.diagnostics.empty();
    CAPTURE(said.emerg);
    CHECK(we_refuse == (said.exit_code != 0));
    if (we_refuse) CHECK(said.emerg.find(first_complaint()) != std::string::npos);
    return said.exit_code == 0 && !we_refuse;
  }

  /// The number of visits on which nginx and we agree. Each other visit fails the test.
  std::size_t visit(std::size_t count) {
    const NginxRunner nginx(directory_);
    std::size_t agreed = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const Visit visit = any_visit();
      const auto socket =
          config::routing::socket_at(config_, config::Module::kHttp, listen_of(visit));
      if (!socket || !config_.sockets[*socket].ssl) continue;
      const Outcome ours = predicted(visit, *socket);
      const Outcome theirs = asked(visit);
      INFO(text_);
      CAPTURE(visit.address, visit.port, visit.sni.value_or("(none)"), visit.host, visit.client);
      CHECK(ours == theirs);
      if (ours == theirs) ++agreed;
      // Nothing leads to a shadowed block (R9.16).
      CHECK_FALSE(
          (!theirs.server.empty() && config_.servers.at(std::stoul(theirs.server)).is_shadowed));
      statuses_.insert(ours.status);
    }
    return agreed;
  }

  const std::set<int>& statuses() const { return statuses_; }
  std::size_t shadowed() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(config_.servers, &config::TlsContext::is_shadowed));
  }

 private:
  const std::string& first_complaint() const {
    return std::ranges::min_element(config_.diagnostics, {}, &config::syntax::Diagnostic::when)
        ->message;
  }
  std::string server(std::size_t number);
  std::string listens();
  std::string tls();
  std::string names();
  void read();
  Visit any_visit();
  static config::Listen listen_of(const Visit& visit);
  Outcome predicted(const Visit& visit, std::size_t socket) const;
  std::string verdict(const Route& route, const std::string& client) const;
  static Outcome asked(const Visit& visit);

  Dice dice_;
  const std::vector<std::string> given_;
  const TempDir directory_;
  const std::vector<std::uint16_t> ports_{free_port(), free_port()};
  std::set<std::string> defaults_;  // addresses that have a default server
  std::string text_;
  config::NginxBuild build_;
  ResolvedConfig config_;
  std::set<int> statuses_;
};

std::string Table::server(std::size_t number) {
  const std::string id = std::to_string(number);
  const std::string where = given_.empty() ? listens() + names()
                                           : "listen 127.0.0.1:" + std::to_string(ports_[0]) +
                                                 " ssl; server_name " + given_[number] + "; ";
  return "server { " + where + tls() + "add_header X-Server " + id +
         " always; add_header X-Verify $ssl_client_verify always; return 200; }\n";
}

// Mostly the first address, so that servers share it.
std::string Table::listens() {
  std::set<std::string> addresses;
  const std::size_t count = dice_.percent(70) ? 1 : 2;
  while (addresses.size() < count) {
    const std::string host = dice_.one_of({"127.0.0.1", "127.0.0.1", "127.0.0.1", "0.0.0.0"});
    addresses.insert(host + ":" + std::to_string(ports_[dice_.percent(80) ? 0 : 1]));
  }
  std::string text;
  for (const std::string& address : addresses) {
    const bool is_default = dice_.percent(15) && defaults_.insert(address).second;
    text += "listen " + address + (dice_.percent(85) ? " ssl" : "") +
            (is_default ? " default_server" : "") + "; ";
  }
  return text;
}

std::string Table::names() {
  std::string text = "server_name";
  const std::size_t count = dice_.below(4);
  for (std::size_t i = 0; i < count; ++i) {
    text += std::string(" ") +
            dice_.one_of({"a.test",   ".a.test",    "*.a.test", "a.test",     "A.Test",
                          "*.a.test", ".a.test",    "b.a.test", "*.b.a.test", "a.*",
                          "b.a.*",    "_",          "''",       "~^c",        "~^(C.*)\\.test$",
                          "~^b",      "other.test", "*.test",   "~t$",        "c1.test"});
  }
  if (dice_.percent(2)) text += " a*b";
  return count == 0 ? "" : text + "; ";
}

std::string Table::tls() {
  std::string text = std::string("ssl_verify_client ") +
                     dice_.one_of({"on", "on", "off", "optional", "optional_no_ca"}) +
                     "; ssl_client_certificate " + dice_.one_of({"A", "B", "AB"}) + ".pem; ";
  if (dice_.percent(85)) text += "ssl_certificate server.pem; ssl_certificate_key server.key; ";
  if (dice_.percent(10)) text += "ssl_reject_handshake on; ";
  return text;
}

void Table::read() {
  build_ = testing::build_under_test();
  auto parsed = config::syntax::parse(text_, base::FileId{0});
  REQUIRE(parsed.diagnostics.empty());
  const config::syntax::Document document{
      std::move(parsed.directives), {}, {directory_.path("nginx.conf")}};
  config_ = config::resolve(document, document.files[0], build_);
}

Visit Table::any_visit() {
  const std::vector<std::string> names{"a.test",   "A.TEST",     "b.a.test",   "x.b.a.test",
                                       "a.org",    "b.a.org",    "c1.test",    "c2.test",
                                       "c3",       "other.test", "zzz",        "a.test.",
                                       "x.a.test", "_",          "deep.x.test"};
  Visit visit;
  visit.address = dice_.one_of({"127.0.0.1", "127.0.0.1", "127.0.0.2"});
  visit.port = ports_[dice_.percent(80) ? 0 : 1];
  if (dice_.percent(75)) visit.sni = dice_.one_of(names);
  const bool is_same = visit.sni && dice_.percent(40);
  visit.host = is_same ? *visit.sni : dice_.one_of(names) + dice_.one_of({"", "", ":1", "."});
  if (dice_.percent(3)) visit.host = dice_.one_of({"a..test", "a/b", ".", ".a.test", "[::1]:2"});
  visit.client = dice_.one_of({"", "a", "b"});
  return visit;
}

config::Listen Table::listen_of(const Visit& visit) {
  config::Listen listen;
  listen.address = visit.address;
  listen.port = visit.port;
  return listen;
}

// The errors that R3.30 forgives.
Outcome Table::predicted(const Visit& visit, std::size_t socket) const {
  const config::routing::Call call{.socket = socket, .sni = visit.sni, .host = visit.host};
  const Route route = config::routing::route(config_, call, build_);
  Outcome outcome{.status = 200, .server = std::to_string(route.server), .verdict = {}};
  if (route.outcome == config::routing::RouteOutcome::kHandshakeRejected) return {};
  outcome.verdict = verdict(route, visit.client);
  if (route.outcome == config::routing::RouteOutcome::kMisdirected) outcome.status = 421;
  if (route.outcome == config::routing::RouteOutcome::kBadHost) outcome.status = 400;
  if (route.outcome != config::routing::RouteOutcome::kServed) return outcome;
  const VerifyClient mode = config_.servers[route.server].verify_client.value;
  const bool is_refused = (outcome.verdict == "NONE" && mode == VerifyClient::kOn) ||
                          (outcome.verdict.starts_with("FAILED") &&
                           (mode == VerifyClient::kOn || mode == VerifyClient::kOptional));
  if (is_refused) outcome.status = 400;
  return outcome;
}

std::string Table::verdict(const Route& route, const std::string& client) const {
  const config::TlsContext& judge = config_.servers.at(route.context.value());
  if (judge.verify_client.value == VerifyClient::kOff || client.empty()) return "NONE";
  const auto& path = std::get<config::StaticPath>(judge.client_certificate.value.value()).path;
  const std::string bundle = path.substr(path.rfind('/') + 1);
  const char ca = client == "a" ? 'A' : 'B';
  return bundle.find(ca) != std::string::npos ? "SUCCESS"
                                              : "FAILED:unable to verify the first certificate";
}

Outcome Table::asked(const Visit& visit) {
  TlsRequest asking;
  asking.address = visit.address;
  asking.port = visit.port;
  asking.sni = visit.sni;
  asking.host = visit.host;
  if (!visit.client.empty()) {
    const Minted& client = actors().clients.at(visit.client);
    asking.client_chain_pem = client.certificate_pem;
    asking.client_key_pem = client.key_pem;
  }
  TlsAnswer answer = request(asking);
  if (answer.status == 0) {
    CHECK(answer.error.find("unrecognized name") != std::string::npos);
    return {};
  }
  return {.status = answer.status,
          .server = answer.headers["x-server"],
          .verdict = answer.headers["x-verify"]};
}

}  // namespace

TEST_CASE("reach: real nginx ignores the same names as we do") {
  if (!NginxRunner::available()) {
    WARN("skipped: there is no " << nginx_under_test());
    return;
  }
  const std::vector<std::vector<std::string>> tables{{"d", "a.test", ".a.test"},
                                                     {"d", ".a.test", "a.test *.a.test"},
                                                     {"d", "*.a.test", ".a.test", "a.test"},
                                                     {"d", "~^x", "~^x", "*.test", "a.*"}};
  for (const auto& names : tables) {
    std::size_t agreed = 0;
    for (std::uint64_t seed = 1; seed <= 8 && agreed == 0; ++seed) {
      Table table(seed, names);
      if (table.may_start()) agreed = table.visit(60);
    }
    CHECK(agreed > 20);
  }
}

TEST_CASE("reach: real nginx answers from the block, with the verdict and status that we predict") {
  if (!NginxRunner::available()) {
    WARN("skipped: there is no " << nginx_under_test());
    return;
  }
  constexpr std::size_t kVisits = 50;  // of one table
  const std::uint64_t first = number_from("MTLS_REACH_SEED", 1);
  const std::uint64_t count = number_from("MTLS_REACH_TABLES", 16);
  std::size_t agreed = 0;
  std::size_t shadowed = 0;
  std::set<int> statuses;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    INFO("MTLS_REACH_SEED=" << seed);
    Table table(seed);
    if (!table.may_start()) continue;
    agreed += table.visit(kVisits);
    shadowed += table.shadowed();
    statuses.insert(table.statuses().begin(), table.statuses().end());
  }
  WARN("agreed on " << agreed << " visits");
  CHECK(agreed >= 20 * count);  // the seeds must make tables worth visiting
  CHECK(shadowed > 0);
  CHECK(statuses == std::set<int>{0, 200, 400, 421});
}

}  // namespace mtls::testing
