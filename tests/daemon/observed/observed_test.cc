// The clients of a real nginx as the real daemon counts them.
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "tests/daemon/observed/observed_bench.h"

namespace mtls::daemon::testing {
namespace {

int number_in(const char* variable, int usual) {
  const char* const text = std::getenv(variable);
  return text != nullptr ? std::atoi(text) : usual;
}

/// What one run of handshakes must come to.
struct Expected {
  Connections connections;
  std::map<std::string, std::set<std::string>> clients;  // by server and CA
  int full = 0;  // handshakes, not resumed, of clients whose CA is in the store
};

/// The `number`-th handshake of all kinds, and every third of them again, resumed.
void shake_hands(const ObservedBench& bench, int number, Expected& expected) {
  const bool is_stream = number % 2 == 1;
  const bool is_tls12 = number / 2 % 2 == 1;
  const auto kind = static_cast<std::size_t>(number / 4) % (bench.issuers.size() + 1);
  const std::string server = is_stream ? bench.stream_address() : "a.example";
  if (kind == bench.issuers.size()) {
    bench.connect(is_stream, nullptr, is_tls12);
    ++expected.connections[{server, "none", "none"}];
    return;
  }
  const Issuer& issuer = bench.issuers[kind];
  const auto which =
      static_cast<std::size_t>(number / 4) / (bench.issuers.size() + 1) % issuer.clients.size();
  const Minted& own = issuer.clients[which];
  const char* const verify = issuer.is_trusted ? "success" : "failed";
  const auto answer = bench.connect(is_stream, &own, is_tls12);
  CHECK((answer.status == 200) == issuer.is_trusted);
  ++expected.connections[{server, issuer.label, verify}];
  expected.clients[server + " " + issuer.label].insert(own.certificate_pem);
  expected.full += issuer.is_trusted ? 1 : 0;
  if (!issuer.is_trusted || number % 3 != 0) return;
  const auto again = bench.connect(is_stream, &own, is_tls12, &answer);
  CHECK(again.resumed);
  ++expected.connections[{server, issuer.label, verify}];
}

double sum_of(const Exporter& exporter, const std::string& name, const Labels& labels) {
  double sum = 0;
  for (const Sample& sample :
       mtls::testing::find(mtls::testing::parse_metrics(exporter.scrape()), name, labels))
    sum += sample.value;
  return sum;
}

void send(const std::string& path, const std::string& bytes) {
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int most = 1 << 20;
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &most, sizeof most);
  ::sendto(fd, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&address),
           sizeof address);
  ::close(fd);
}

std::optional<double> rejected(const Exporter& exporter, const std::string& reason) {
  return exporter.value(kRejected, {{"reason", reason}});
}

}  // namespace

TEST_CASE("observed: every connection counts once, by the key of its CA") {
  if (!observer_can_run()) return;
  const int handshakes = number_in("MTLS_OBSERVED_HANDSHAKES", 224);
  const ObservedBench bench(std::max(4, handshakes / 56));
  const NginxRunner nginx(bench.dir);
  const Exporter exporter(bench.dir, bench.flags());
  REQUIRE(exporter.time_until({.name = kCoverage, .labels = {{"server", "a.example"}}}) < 3s);

  Expected expected;
  for (int number = 0; number < handshakes; ++number) shake_hands(bench, number, expected);
  eventually(10s, [&] { return connections_in(exporter) == expected.connections; });
  CHECK_THAT(text(connections_in(exporter)), Catch::Equals(text(expected.connections)));

  for (const auto& [where, clients] : expected.clients) {
    const std::size_t blank = where.find(' ');
    CAPTURE(where);
    CHECK(exporter.value(kClients,
                         {{"server", where.substr(0, blank)}, {"ca", where.substr(blank + 1)}}) ==
          static_cast<double>(clients.size()));
  }
  double with_certificate = 0;
  for (const auto& [what, count] : expected.connections)
    if (std::get<1>(what) != "none") with_certificate += count;
  CHECK(sum_of(exporter, "nginx_mtls_observed_client_certificate_expiration_seconds_count", {}) ==
        with_certificate);
  CHECK(sum_of(exporter, "nginx_mtls_observed_client_certificate_expiration_seconds_bucket",
               {{"le", "7776000"}}) == 0);  // they live 100 days
  CHECK(sum_of(exporter, "nginx_mtls_observed_client_certificate_expiration_seconds_bucket",
               {{"le", "15552000"}}) == with_certificate);

  // The meter compares all full handshakes of CAs that the store has, and never disagrees.
  CHECK(sum_of(exporter, kPredictions, {{"agree", "true"}}) == expected.full);
  CHECK(sum_of(exporter, kPredictions, {{"agree", "false"}}) == 0);
  CHECK(exporter.value(kMatches, {{"server", "a.example"}}) == 1);
  CHECK_FALSE(exporter.value(kMatches, {{"server", "e.example"}}));  // nobody came there
  for (const char* reason :
       {"too_long", "foreign", "torn", "not_utf8", "sender", "server", "certificate"})
    CHECK(rejected(exporter, reason) == 0);

  // Nothing personal, and one set of series in both formats.
  const std::string scrape = exporter.scrape();
  CHECK_THAT(scrape, !Catch::Contains("secret"));
  CHECK_THAT(exporter.log(), !Catch::Contains("secret"));
  CHECK(mtls::testing::duplicates(mtls::testing::parse_metrics(scrape)).empty());
}

TEST_CASE("observed: a CA file with the same name and a new key shows once a client comes") {
  if (!observer_can_run()) return;
  const ObservedBench bench(1);
  bench.dir.write("ca.pem", bench.issuers[0].ca.certificate_pem);
  NginxRunner nginx(bench.dir);
  const Exporter exporter(bench.dir, bench.flags());
  const Labels file{{"path", bench.dir.path("ca.pem")}};
  // On a busy machine a reload may come before the daemon has seen the master idle.
  const Exporter::Expected nothing_waits{
      .name = "nginx_mtls_reload_pending", .labels = file, .value = 0};
  for (int tries = 0; tries < 3 && !exporter.shows(nothing_waits); ++tries) {
    nginx.reload();
    exporter.time_until(nothing_waits);
  }
  REQUIRE(exporter.shows(nothing_waits));
  std::this_thread::sleep_for(1200ms);  // old workers might have accepted until then
  const Exporter::Expected stale{
      .name = "nginx_mtls_findings",
      .labels = {{"rule", "loaded-trust-stale"}, {"server", "a.example"}}};
  const Labels a{{"server", "a.example"}};
  const Minted& old_client = bench.issuers[0].clients[0];
  const Minted& new_client = bench.issuers[1].clients[0];

  CHECK(bench.connect(false, &old_client, false).status == 200);
  CHECK(exporter.time_until({.name = kMatches, .labels = a, .value = 1}) < 2s);
  bench.dir.rename_over("ca.pem", bench.issuers[1].ca.certificate_pem);
  REQUIRE(exporter.time_until({.name = "nginx_mtls_reload_pending", .labels = file}) < 3s);
  CHECK_FALSE(exporter.shows(stale));
  // A handshake of before the exporter knew the new files is not compared.
  CHECK(eventually(5s, [&] {
    CHECK(bench.connect(false, &old_client, false).status == 200);
    return exporter.time_until({.name = kMatches, .labels = a, .value = 0}, 1s) < 1s;
  }));
  CHECK(exporter.time_until(stale) < 1s);
  // What nginx has loaded explains it.
  CHECK(sum_of(exporter, kPredictions, {{"agree", "false"}}) == 0);

  nginx.reload();
  Exporter::Expected none = stale;
  none.value = std::nullopt;
  CHECK(exporter.time_until(none) < 3s);
  CHECK(exporter.time_until({.name = kMatches, .labels = a, .value = std::nullopt}) < 3s);
  std::this_thread::sleep_for(1200ms);  // old workers may have accepted until then
  CHECK(bench.connect(false, &new_client, false).status == 200);
  CHECK(bench.connect(false, &old_client, false).status == 400);
  CHECK(exporter.time_until({.name = kMatches, .labels = a, .value = 1}) < 2s);
  std::this_thread::sleep_for(4s);
  CHECK(sum_of(exporter, kPredictions, {{"agree", "false"}}) == 0);
  CHECK_FALSE(exporter.shows(stale));
}

TEST_CASE("observed: a datagram that is no line of nginx's is counted and dropped") {
  if (!observer_can_run()) return;
  const ObservedBench bench(1);
  const NginxRunner nginx(bench.dir);
  const Exporter exporter(bench.dir, bench.flags());
  REQUIRE(exporter.time_until({.name = kCoverage, .labels = {{"server", "a.example"}}}) < 3s);
  const std::string socket = bench.dir.path("clients.sock");
  const std::string begin =
      "<190>Dec  1 03:03:49 mtls: {\"v\":1,\"on\":\"http\",\"verify\":\"SUCCESS\",\"sni\":\"x\","
      "\"address\":\"127.0.0.1\",\"port\":\"1\",\"reused\":\".\",\"ended\":\"1764558229.123\","
      "\"lasted\":\"0.100\",\"leaf\":\"";
  send(socket, "hello");
  send(socket, begin);
  send(socket, begin + "%2D\"}");
  send(socket, begin + "\xFF\"}");
  send(socket, begin + std::string(300'000, 'a') + "\"}");
  bench.connect(false, &bench.issuers[2].clients[0], false);
  CHECK(exporter.time_until({.name = "nginx_mtls_observer_datagrams_total", .value = 6}) < 3s);
  for (const char* reason : {"foreign", "torn", "server", "not_utf8", "too_long"}) {
    CAPTURE(reason);
    CHECK(rejected(exporter, reason) == 1);
  }
  const Connections counted = connections_in(exporter);
  CHECK(counted.size() == 1);
  CHECK_THAT(exporter.log(), !Catch::Contains("hello"));

  // Another user is not heard.
  if (::geteuid() != 0) return;
  const pid_t child = ::fork();
  if (child == 0) {
    std::filesystem::permissions(bench.dir.path(), std::filesystem::perms::others_exec,
                                 std::filesystem::perm_options::add);
    if (::setgid(65534) == 0 && ::setuid(65534) == 0) send(socket, "hello");
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  CHECK(exporter.time_until({.name = kRejected, .labels = {{"reason", "sender"}}}, 10s) < 10s);
}

TEST_CASE("observed: what is known of clients outlives the exporter, also kill -9") {
  if (!observer_can_run()) return;
  const ObservedBench bench(2);
  const NginxRunner nginx(bench.dir);
  const Issuer& issuer = bench.issuers[2];
  const Labels known{{"server", "a.example"}, {"ca", issuer.label}};
  double since = 0;
  {
    Exporter exporter(bench.dir, bench.flags());
    for (const Minted& own : issuer.clients) bench.connect(false, &own, false);
    CHECK(exporter.time_until({.name = kClients, .labels = known, .value = 2}) < 3s);
    since = exporter.value("nginx_mtls_observer_since_timestamp_seconds").value_or(0);
    std::this_thread::sleep_for(5s);
    exporter.process().signal(SIGKILL);
    exporter.process().wait(5s);
  }
  {
    const Exporter exporter(bench.dir, bench.flags());
    CHECK(exporter.time_until({.name = kClients, .labels = known, .value = 2}) < 3s);
    CHECK(exporter.value("nginx_mtls_observer_since_timestamp_seconds") == since);
    CHECK(exporter.value(kConnections, {{"ca", issuer.label}, {"verify", "success"}}) == 0);
    // Each worker loses one line when it finds that its socket is gone (R9.7 d).
    const auto is_counted = [&] {
      bench.connect(false, &bench.issuers[3].clients[0], false);
      return exporter.value(kConnections, {{"server", "a.example"},
                                           {"ca", bench.issuers[3].label},
                                           {"verify", "success"}}) > 0.0;
    };
    CHECK(eventually(10s, is_counted));
  }  // ended in order at once, and saved
  const Exporter exporter(bench.dir, bench.flags());
  CHECK(exporter.time_until({.name = kClients, .labels = {{"ca", bench.issuers[3].label}}}) < 3s);
}

TEST_CASE("observed: where the line is not in force is said") {
  if (!observer_can_run()) return;
  const ObservedBench bench(1);
  const Exporter exporter(bench.dir, bench.flags());
  const Exporter::Expected finding{
      .name = "nginx_mtls_findings",
      .labels = {{"rule", "observer-incomplete"}, {"server", "a.example"}}};
  const Exporter::Expected covered{.name = kCoverage, .labels = {{"server", "a.example"}}};
  REQUIRE(exporter.time_until(covered) < 3s);
  CHECK_FALSE(exporter.shows(finding));
  bench.write_conf("include http.conf;", "access_log own.log;");
  CHECK(exporter.time_until(finding) < 3s);
  CHECK(exporter.time_until({.name = kCoverage, .labels = covered.labels, .value = 0}) < 3s);
  bench.write_conf("include http.conf;", "access_log own.log; include line.conf;");
  CHECK(exporter.time_until(covered) < 3s);
  CHECK_FALSE(exporter.shows(finding));
}

TEST_CASE("observed: without observer in the settings there is nothing of it") {
  if (!observer_can_run()) return;
  const ObservedBench bench(1);
  bench.dir.write("settings.yml", "");
  const NginxRunner nginx(bench.dir);
  const Exporter exporter(bench.dir, bench.flags());
  bench.connect(false, &bench.issuers[0].clients[0], false);
  std::this_thread::sleep_for(1200ms);
  for (const char* word : {"observe", "prediction", "loaded_trust", "revoked_clients"})
    CHECK_THAT(exporter.scrape(), !Catch::Contains(std::string("nginx_mtls_") + word));
  CHECK_FALSE(std::filesystem::exists(bench.dir.path("clients.sock")));
}

}  // namespace mtls::daemon::testing
