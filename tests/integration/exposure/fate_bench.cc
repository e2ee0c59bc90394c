#include "tests/integration/exposure/fate_bench.h"

#include <algorithm>

#include "audit/snapshot.h"

namespace mtls::testing {
namespace {

constexpr std::size_t kServersBefore = 2;  // the backend and the default server

}  // namespace

FateBench::FateBench() {
  clients_.write(directory_);
  for (const char* file : {"index.html", "b", "c", "a/index.html", "a/x", "a/f.txt"}) {
    directory_.write(std::string("files/") + file, "content F");
  }
  for (const char* page : {"e.html", "d"}) {
    directory_.write(std::string("files/") + page, "an error page");
  }
  policy_.nginx_conf = directory_.path("nginx.conf");
  policy_.build = build_under_test();
  policy_.canaries = clients_.canaries(directory_);
}

std::size_t FateBench::add(const GuardedServer& server) {
  servers_.push_back(server);
  return servers_.size() - 1;
}

std::string FateBench::block(std::size_t index) const {
  return text_of(
      servers_[index],
      {.listens = tls_listen(tls_port_), .name = name(index), .files = directory_.path("files")});
}

std::string FateBench::conf() const {
  const std::string backend = "127.0.0.1:" + std::to_string(backend_port_);
  std::string text =
      "access_log off; lingering_close off; server_names_hash_max_size 4096;\n"
      "map_hash_max_size 8192; variables_hash_max_size 16384; default_type text/plain;\n"
      "ssl_certificate server.pem; ssl_certificate_key server.key; resolver 127.0.0.1;\n"
      "ssl_client_certificate bundle.pem; ssl_verify_depth 2;\n";
  text += backends_at(backend);
  text += "server { listen 127.0.0.1:" + std::to_string(tls_port_) +
          " ssl default_server; ssl_verify_client optional_no_ca; return 444; }\n";
  for (std::size_t i = 0; i < servers_.size(); ++i) text += block(i);
  return nginx_http_conf(text);
}

std::string FateBench::complaint() const {
  directory_.write("nginx.conf", conf());
  return NginxRunner::test(directory_).emerg;
}

void FateBench::start() {
  directory_.write("nginx.conf", conf());
  nginx_.emplace(directory_);
  snapshot_ = audit::build(
      {.policy = policy_, .disk = disk_, .now = now(), .previous = nullptr, .changes = {}});
  fates_ = std::make_unique<config::ClientFates>(*snapshot_->config->document,
                                                 snapshot_->config->resolved);
}

Got FateBench::nginx_gives(std::size_t index, const std::string& client,
                           const std::string& path) const {
  TlsRequest wanted{.port = tls_port_, .sni = name(index), .host = name(index), .path = path};
  clients_.equip(wanted, client);
  const TlsAnswer answer = request(wanted);
  return {.status = answer.status == 0 ? 444 : answer.status,
          .content = answer.body == "ok" ? "ok" : content_in(answer.body)};
}

const audit::Verdict& FateBench::verdict(std::size_t index, const std::string& client) const {
  const auto& verdicts = snapshot_->servers.at(index + kServersBefore)->verdicts;
  return *std::ranges::find(verdicts, client, &audit::Verdict::canary);
}

config::ClientFate FateBench::fate(std::size_t index, const std::string& client,
                                   const std::vector<std::string>& paths) {
  const audit::Verdict& known = verdict(index, client);
  config::ClientVariables variables;
  variables.verify = known.client_verify;
  variables.values = clients_.properties_of(client);
  const config::VerifyClient mode = servers_[index].mode;
  const bool passes = known.client_verify == "NONE" ? mode != config::VerifyClient::kOn
                                                    : audit::lets_through(mode, known.code);
  return fates_->of(index + kServersBefore,
                    {.client = variables, .passes = passes, .paths = paths});
}

}  // namespace mtls::testing
