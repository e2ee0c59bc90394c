// Random stream servers with maps of client properties, `set`, addresses and `return`: each client
// gets from nginx what is predicted. MTLS_FATE_SEED and MTLS_FATE_COUNT replace the daily seeds.
#include <catch2/catch.hpp>

#include <algorithm>
#include <iostream>
#include <memory>

#include "audit/build.h"
#include "daemon/system/disk.h"
#include "tests/integration/build_under_test.h"
#include "tests/integration/config/nginx_modules.h"
#include "tests/integration/exposure/enforcement_bench.h"
#include "tests/integration/exposure/fate_clients.h"
#include "tests/integration/number_from.h"

namespace mtls::testing {
namespace {

using config::Served;

constexpr std::size_t kServersAtOnce = 100;
constexpr std::size_t kServersBefore = 1;  // the backend

const std::vector<std::string> kProperties{
    "ssl_client_s_dn",   "ssl_client_s_dn",   "ssl_client_i_dn",  "ssl_client_fingerprint",
    "ssl_client_serial", "ssl_client_verify", "ssl_client_v_end", "ssl_client_v_start"};

struct StreamServer {
  std::string stream;  // its maps
  std::string text;
};

class Generator {
 public:
  Generator(std::uint64_t seed, const FateClients& clients)
      : dice_(seed),
        tag_(std::to_string(seed)),
        random_(dice_, kProperties, clients.properties()) {}

  StreamServer server() {
    StreamServer server{.stream = maps(), .text = ""};
    server.text = std::string("ssl_verify_client ") +
                  dice_.one_of({"on", "optional", "optional", "optional_no_ca"}) + ";\n";
    for (const char* variable : {"$f", "$g"}) {
      if (!dice_.percent(20)) continue;
      server.text += std::string("set ") + variable + tag_ + " " +
                     dice_.one_of({"A", "\"\"", "$ssl_client_s_dn"}) + ";\n";
      sets_.push_back(variable + tag_);
    }
    if (dice_.percent(15)) {
      server.text += std::string("set $h") + tag_ + " " + one_variable() + ";\n";
      sets_.push_back("$h" + tag_);
    }
    if (dice_.percent(15)) {
      server.text += dice_.one_of({"deny all;\n", "allow 127.0.0.1; deny all;\n",
                                   "deny 10.0.0.0/8;\n", "allow 10.0.0.0/8; deny all;\n"});
    }
    if (dice_.percent(8)) {
      server.text += "return \"HTTP/1.0 200 OK\\r\\n\\r\\ncontent A\";\n";
    } else if (dice_.percent(12)) {
      server.text += "proxy_pass A;\n";
    } else {
      server.text += "proxy_pass " + one_variable() + ";\n";
    }
    return server;
  }

 private:
  std::string maps() {
    std::string text = random_.map("m" + tag_, {"A", "A", "B", "\"\""}) +
                       random_.map("n" + tag_, {"A", "1", "0", "\"\""});
    if (dice_.percent(50)) {
      text += "map $m" + tag_ + "$n" + tag_ + " $k" + tag_ + " { A1 B; ~^A A; BA \"\"; default " +
              dice_.one_of({"\"\"", "A"}) + "; }\n";
    } else if (dice_.percent(50)) {
      text += "map $n" + tag_ + " $k" + tag_ + " { A A; 1 $m" + tag_ + "; 0 \"\"; }\n";
    } else {
      text += random_.map("k" + tag_, {"A", "$m" + tag_, "\"\""});
    }
    return text;
  }
  std::string one_variable() {
    if (!sets_.empty() && dice_.percent(30)) return dice_.one_of(sets_);
    return dice_.one_of({"$m", "$m", "$k", "$k"}) + tag_;
  }

  Dice dice_;
  const std::string tag_;
  RandomGuards random_;
  std::vector<std::string> sets_;
};

class StreamBench {
 public:
  StreamBench() { clients.write(directory_); }

  void add(const StreamServer& server) {
    ports_.push_back(free_port());
    stream_ += server.stream + "server { listen 127.0.0.1:" + std::to_string(ports_.back()) +
               " ssl;\n" + server.text + "}\n";
  }

  std::string complaint() const {
    write();
    return NginxRunner::test(directory_).emerg;
  }

  void start() {
    write();
    nginx_.emplace(directory_);
    daemon::system::Disk disk;
    audit::Policy policy;
    policy.nginx_conf = directory_.path("nginx.conf");
    policy.build = build_under_test();
    policy.canaries = clients.canaries(directory_);
    snapshot_ = audit::build(
        {.policy = policy, .disk = disk, .now = now(), .previous = nullptr, .changes = {}});
  }

  const audit::Verdict& verdict(std::size_t index, const std::string& client) const {
    const auto& verdicts = snapshot_->servers.at(index + kServersBefore)->verdicts;
    return *std::ranges::find(verdicts, client, &audit::Verdict::canary);
  }

  bool nginx_serves(std::size_t index, const std::string& client) const {
    TlsRequest wanted{.port = ports_.at(index)};
    clients.equip(wanted, client);
    const TlsAnswer answer = request(wanted);
    return !content_in(answer.body).empty();
  }

  const FateClients clients;

 private:
  void write() const {
    const std::string backend = "127.0.0.1:" + std::to_string(backend_port_);
    directory_.write(
        "nginx.conf",
        load_module("stream") +
            nginx_http_conf("server { listen " + backend + "; return 200 \"content A\"; }") +
            "stream {\nmap_hash_max_size 8192; variables_hash_max_size 16384;\n"
            "ssl_certificate server.pem; ssl_certificate_key server.key;\n"
            "ssl_client_certificate bundle.pem; ssl_verify_depth 2;\n"
            "upstream A { server " +
            backend + "; }\nupstream B { server " + backend + "; }\n" + stream_ + "}\n");
  }

  const TempDir directory_;
  const std::uint16_t backend_port_ = free_port();
  std::string stream_;
  std::vector<std::uint16_t> ports_;
  std::optional<NginxRunner> nginx_;
  std::shared_ptr<const audit::Snapshot> snapshot_;
};

struct Tally {
  std::size_t asked = 0;
  std::size_t served = 0;
  std::size_t unknown = 0;
};

void compare(const StreamBench& bench, std::size_t index, Tally& tally) {
  for (const std::string& client : FateClients::names()) {
    const audit::Verdict& verdict = bench.verdict(index, client);
    const bool is_served = bench.nginx_serves(index, client);
    INFO(client << ": nginx " << (is_served ? "serves" : "refuses") << ", " << verdict.client_verify
                << ", " << verdict.undecidable);
    ++tally.asked;
    tally.served += is_served ? 1 : 0;
    if (verdict.served == Served::kUnknown) {
      ++tally.unknown;
      continue;
    }
    CHECK(verdict.served == (is_served ? Served::kEverywhere : Served::kNowhere));
  }
}

}  // namespace

TEST_CASE("fate: each client gets what random stream servers give it") {
  if (!NginxRunner::available() || modules_are_missing()) {
    WARN("skipped: there is no " << nginx_under_test() << " with stream");
    return;
  }
  const std::size_t first = number_from("MTLS_FATE_SEED", 1);
  const std::size_t end = first + number_from("MTLS_FATE_COUNT", kServersAtOnce);
  Tally tally;
  for (std::size_t from = first; from < end; from += kServersAtOnce) {
    StreamBench bench;
    std::vector<std::string> texts;
    for (std::size_t seed = from; seed < std::min(end, from + kServersAtOnce); ++seed) {
      const StreamServer server = Generator(seed, bench.clients).server();
      texts.push_back(server.stream + server.text);
      bench.add(server);
    }
    REQUIRE(bench.complaint().empty());
    bench.start();
    for (std::size_t i = 0; i < texts.size(); ++i) {
      INFO("seed " << from + i << "\n" << texts[i]);
      compare(bench, i, tally);
    }
  }
  std::cout << "stream fate: " << tally.asked << " connections, " << tally.served << " served, "
            << tally.unknown << " not decided\n";
  CHECK(tally.unknown * 100 <= tally.asked * 12);
  CHECK(tally.served * 5 >= tally.asked);
}

}  // namespace mtls::testing
