// One nginx on OpenSSL 3.0, 3.5 or 3.6, and what the program predicts for it, whichever OpenSSL it
// is linked with itself: keys that no handshake takes, algorithms that only one of both knows, CRLs
// of self-signed certificates, dates that are not decoded (R9.3, R9.4, R9.17, R9.18).
#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "pki/openssl_release.h"
#include "tests/integration/verdict/verdict_bench.h"
#include "tests/support/der.h"
#include "tests/support/openssl_tool.h"

namespace mtls::testing {
namespace {

constexpr OpensslTool::Release kWithMlDsa{3, 5};

pki::OpensslRelease theirs() { return audit::openssl_of(build_under_test()); }

/// What a client gets: `$ssl_client_verify`, or the alert that ends the handshake.
struct Outcome {
  std::string verify;
  std::string alert;

  bool operator==(const Outcome&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
  return out << outcome.verify << outcome.alert;
}

/// One nginx with a server for each version of TLS, and clients made by openssl(1).
class HandshakeScene {
 public:
  explicit HandshakeScene(OpensslTool newest) : newest_(std::move(newest)) {
    const Minted own = leaf(nullptr, purpose("serverAuth"));
    directory_.write("server.pem", own.certificate_pem);
    directory_.write("server.key", own.key_pem);
    bundle_ = authority("CN=Some CA").certificate_pem;
  }

  const OpensslTool& newest() const { return newest_; }
  std::string path(const std::string& name) const { return directory_.path(name); }
  void trust(const std::string& pem) { bundle_ += pem; }
  std::string text(const std::string& name) const { return directory_.read(name); }

  void key(const std::string& name, const std::vector<std::string>& options) const {
    std::vector<std::string> words{"genpkey", "-out", path(name + ".key")};
    words.insert(words.end(), options.begin(), options.end());
    newest_.run(words);
  }
  void self_signed(const std::string& name, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{
        "req", "-x509",   "-new",   "-key", path(name + ".key"), "-subj", "/CN=" + name, "-days",
        "9",   "-config", config(), "-out", path(name + ".pem")};
    words.insert(words.end(), more.begin(), more.end());
    newest_.run(words);
  }
  // openssl(1) 3.5 writes version 3 in any case, and a root of that version has to say that it is
  // one.
  void root(const std::string& name) const {
    self_signed(name, {"-addext", "basicConstraints=critical,CA:TRUE"});
  }
  /// Signed by `issuer`, which is self_signed().
  void issued(const std::string& name, const std::string& issuer) const {
    newest_.run({"req", "-new", "-key", path(name + ".key"), "-subj", "/CN=" + name, "-config",
                 config(), "-out", path(name + ".csr")});
    newest_.run({"x509", "-req", "-in", path(name + ".csr"), "-CA", path(issuer + ".pem"), "-CAkey",
                 path(issuer + ".key"), "-days", "9", "-out", path(name + ".pem")});
  }

  void start(const std::vector<std::string>& clients) {
    directory_.write("bundle.pem", bundle_);
    const std::string common =
        " ssl; ssl_certificate server.pem; ssl_certificate_key server.key; ssl_verify_client "
        "optional_no_ca; ssl_client_certificate bundle.pem; ssl_verify_depth 5; "
        "add_header X-Verify $ssl_client_verify always; location / { return 200; } ";
    std::string servers;
    for (std::size_t i = 0; i < ports_.size(); ++i) {
      servers += "server { listen 127.0.0.1:" + std::to_string(ports_[i]) + common +
                 "ssl_protocols " + (i == 0 ? "TLSv1.2" : "TLSv1.3") + "; }\n";
    }
    directory_.write("nginx.conf", nginx_http_conf(servers));
    nginx_.emplace(directory_);
    audit::Policy policy;
    policy.nginx_conf = path("nginx.conf");
    policy.build = build_under_test();
    for (const std::string& client : clients)
      policy.canaries.push_back(
          {.name = client, .certificate = path(client + ".pem"), .servers = {}});
    ours_ = audit::build(
        {.policy = policy, .disk = disk_, .now = now(), .previous = nullptr, .changes = {}});
    REQUIRE(ours_->nginx_errors().empty());
  }

  /// `server`: 0 speaks TLS 1.2, 1 TLS 1.3.
  Outcome nginx_says(std::size_t server, const std::string& client) const {
    const std::string said =
        newest_.run({"s_client", "-quiet", "-ign_eof", "-cipher", "DEFAULT:@SECLEVEL=0", "-connect",
                     "127.0.0.1:" + std::to_string(ports_.at(server)), "-cert",
                     path(client + ".pem"), "-key", path(client + ".key")},
                    "GET / HTTP/1.0\r\n\r\n");
    constexpr std::string_view kHeader = "X-Verify: ";
    const std::size_t at = said.find(kHeader);
    if (at != std::string::npos) {
      const std::size_t begin = at + kHeader.size();
      return {.verify = said.substr(begin, said.find('\r', begin) - begin), .alert = ""};
    }
    const bool is_illegal = said.find("alert illegal parameter") != std::string::npos;
    return {.verify = "", .alert = is_illegal ? "illegal_parameter" : said};
  }

  const audit::Verdict& ours(std::size_t server, const std::string& client) const {
    for (const audit::Verdict& verdict : ours_->servers.at(server)->verdicts) {
      if (verdict.canary == client) return verdict;
    }
    throw std::runtime_error("no verdict about " + client);
  }

 private:
  std::string config() const {
    return directory_.write("req.cnf", "[req]\ndistinguished_name = d\n[d]\n");
  }

  const TempDir directory_;
  OpensslTool newest_;
  daemon::system::Disk disk_;
  std::string bundle_;
  std::vector<std::uint16_t> ports_{free_port(), free_port()};
  std::optional<NginxRunner> nginx_;
  std::shared_ptr<const audit::Snapshot> ours_;
};

Outcome as_outcome(const audit::Verdict& verdict) {
  const bool ends = !verdict.handshake_alert.empty();
  return {.verify = ends ? "" : verdict.client_verify, .alert = verdict.handshake_alert};
}

/// nullopt, with a warning: there is no openssl(1) to ask with.
std::optional<HandshakeScene> scene() {
  if (nginx_is_missing()) return std::nullopt;
  auto newest = OpensslTool::newest();
  if (!newest) {
    WARN("skipped: there is no openssl(1)");
    return std::nullopt;
  }
  return std::optional<HandshakeScene>(std::in_place, std::move(*newest));
}

}  // namespace

TEST_CASE("openssl: which keys of clients nginx agrees with, by version of TLS (R9.3)") {
  auto found = scene();
  if (!found) return;
  const auto curve = [](const std::string& name) {
    return std::vector<std::string>{"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:" + name};
  };
  const auto rsa = [](const std::string& bits) {
    return std::vector<std::string>{"-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:" + bits};
  };
  const bool knows_ml_dsa = theirs() >= pki::kOpenssl35;
  const Outcome shown{.verify = "FAILED:self-signed certificate", .alert = ""};
  const Outcome none{.verify = "NONE", .alert = ""};
  const Outcome ended{.verify = "", .alert = "illegal_parameter"};
  const Outcome in_brainpool = theirs() >= pki::OpensslRelease{3, 2} ? shown : none;
  const Outcome weak{.verify = "FAILED:EE certificate key too weak", .alert = ""};
  struct Row {
    std::string name;
    std::vector<std::string> options;
    Outcome tls12;
    Outcome tls13;
    bool is_late = false;  // only newer releases make such a key
  };
  std::vector<Row> table{
      {"rsa2048", rsa("2048"), shown, shown},
      {"rsa1024", rsa("1024"), weak, weak},
      {"rsa512", rsa("512"), weak, none},
      {"rsa-pss", {"-algorithm", "RSA-PSS"}, shown, shown},
      {"p256", curve("P-256"), shown, shown},
      {"p384", curve("P-384"), shown, shown},
      {"p521", curve("P-521"), shown, shown},
      {"ed25519", {"-algorithm", "ED25519"}, shown, shown},
      {"ed448", {"-algorithm", "ED448"}, shown, shown},
      {"secp256k1", curve("secp256k1"), ended, none},
      {"secp224r1", curve("secp224r1"), ended, none},
      {"prime192v1", curve("prime192v1"), ended, none},
      {"sect233k1", curve("sect233k1"), ended, none},
      {"brainpool256", curve("brainpoolP256r1"), ended, in_brainpool},
      {"brainpool320", curve("brainpoolP320r1"), ended, none},
      {"brainpool384", curve("brainpoolP384r1"), ended, in_brainpool},
      {"brainpool512", curve("brainpoolP512r1"), ended, in_brainpool},
      {"ml-dsa-44", {"-algorithm", "ML-DSA-44"}, none, knows_ml_dsa ? shown : none, true},
      {"ml-dsa-65", {"-algorithm", "ML-DSA-65"}, none, knows_ml_dsa ? shown : none, true},
      {"ml-dsa-87", {"-algorithm", "ML-DSA-87"}, none, knows_ml_dsa ? shown : none, true},
  };
  if (found->newest().release() < kWithMlDsa) {
    WARN("without ML-DSA: no nginx here has an OpenSSL that knows it");
    std::erase_if(table, [](const Row& row) { return row.is_late; });
  }
  std::vector<std::string> names;
  for (const Row& row : table) {
    found->key(row.name, row.options);
    found->self_signed(row.name);
    names.push_back(row.name);
  }
  found->start(names);
  for (const Row& row : table) {
    for (const std::size_t server : {0, 1}) {
      INFO(row.name << (server == 0 ? " in TLS 1.2" : " in TLS 1.3"));
      const Outcome& expected = server == 0 ? row.tls12 : row.tls13;
      CHECK(found->nginx_says(server, row.name) == expected);
      const audit::Verdict& ours = found->ours(server, row.name);
      CHECK(ours.offered == (expected.verify != "NONE"));
      // Ours cannot judge what it does not know: nginx's FAILED or SUCCESS is left open.
      const bool is_beyond =
          row.is_late && expected == shown && pki::linked_openssl() < pki::kOpenssl35;
      CHECK(ours.is_judged == !is_beyond);
      if (ours.is_judged) CHECK(as_outcome(ours) == expected);
    }
  }
}

TEST_CASE("openssl: chains of ML-DSA, at an nginx that knows it and at one that does not (R9.4)") {
  auto found = scene();
  if (!found) return;
  if (found->newest().release() < kWithMlDsa) {
    WARN("skipped: no nginx here has an OpenSSL that knows ML-DSA");
    return;
  }
  found->key("root", {"-algorithm", "ML-DSA-65"});
  found->root("root");
  found->key("old-root", {"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"});
  found->root("old-root");
  const std::vector<std::pair<std::string, std::string>> clients{
      {"under-both", "root"}, {"usual", "old-root"}, {"new-leaf", "old-root"}};
  for (const auto& [name, issuer] : clients) {
    found->key(name, name == "new-leaf" ? std::vector<std::string>{"-algorithm", "ML-DSA-44"}
                                        : std::vector<std::string>{"-algorithm", "ED25519"});
    found->issued(name, issuer);
  }
  found->trust(found->text("root.pem") + found->text("old-root.pem"));
  found->start({"under-both", "usual", "new-leaf"});
  const bool knows = theirs() >= pki::kOpenssl35;
  const bool is_beyond = knows && pki::linked_openssl() < pki::kOpenssl35;
  for (const auto& [name, issuer] : clients) {
    INFO(name);
    const Outcome nginx = found->nginx_says(1, name);
    const audit::Verdict& ours = found->ours(1, name);
    CHECK((nginx.verify == "SUCCESS") == (knows || name == "usual"));
    CHECK(ours.is_judged == !(is_beyond && name != "usual"));
    if (ours.is_judged) CHECK(as_outcome(ours) == nginx);
    if (!ours.is_judged) CHECK(ours.undecidable.starts_with("ML-DSA-"));
  }
}

TEST_CASE("openssl: CRLs and self-signed certificates, before 3.6 and since (R9.17)") {
  if (nginx_is_missing()) return;
  Bench bench;
  const Minted root = authority("CN=Root");
  const Minted mute = authority("CN=Mute root", nullptr, usage("critical,keyCertSign"));
  const Minted own = leaf(nullptr, [](auto& spec) { spec.subject = "CN=Own"; });
  const Minted client = leaf(&root);
  const Minted innocent = leaf(&root);
  CrlSpec stale = crl_of(root, {&client});
  stale.next_update = now() - days{1};
  CrlSpec tomorrow = crl_of(root, {&client});
  tomorrow.this_update = now() + days{1};
  CrlSpec forged = crl_of(authority("CN=Root"), {&client});
  forged.key_identifier = false;
  const Minted imposter = authority("CN=Root");
  forged.issuer = &imposter;
  bench.file("bundle.pem", pem({&root, &own, &mute}));
  bench.file("only-root.pem", root.certificate_pem);
  bench.file("fresh.crl", mint_crl(crl_of(root)) + mint_crl(crl_of(mute)));
  bench.file("root-revoked.crl", mint_crl(crl_of(root, {&root})));
  bench.file("stale.crl", mint_crl(stale));
  bench.file("early.crl", mint_crl(tomorrow));
  bench.file("forged.crl", mint_crl(forged));
  for (const std::string name : {"fresh", "root-revoked", "stale", "early", "forged"})
    bench.server({.name = name, .directives = kOn + kBundle + "ssl_crl " + name + ".crl;"});
  bench.server({.name = "unknown",
                .directives = kOn + "ssl_client_certificate only-root.pem; ssl_crl fresh.crl;"});
  bench.client("client", client);
  bench.client("innocent", innocent);
  bench.client("own", own);
  bench.client("mute", leaf(&mute));
  bench.client("early", leaf(&root, early));
  const bool skips = theirs() >= pki::kOpenssl36;
  const auto refused = [](const std::string& server, const std::string& who, int code) {
    return Bench::Fate{
        .server = server, .client = who, .status = code == 0 ? 200 : 400, .code = code};
  };
  bench.check({
      refused("fresh", "client", 0),
      refused("fresh", "own", skips ? 0 : 3),
      refused("unknown", "own", skips ? 18 : 3),
      refused("fresh", "mute", 35),
      refused("fresh", "early", 9),
      refused("root-revoked", "client", skips ? 0 : 23),
      refused("stale", "client", skips ? 23 : 12),
      refused("stale", "innocent", 12),
      refused("early", "client", skips ? 23 : 11),
      refused("early", "innocent", 11),
      refused("forged", "client", skips ? 23 : 8),
      refused("forged", "innocent", 8),
  });
}

TEST_CASE("openssl: dates without seconds, in a CA file and of a client (R9.18)") {
  auto found = scene();
  if (!found) return;
  const bool decodes = theirs() < pki::kOpenssl35;
  found->key("client", {"-algorithm", "ED25519"});
  found->newest().run({"pkey", "-in", found->path("client.key"), "-pubout", "-outform", "DER",
                       "-out", found->path("client.spki")});
  const std::string spki = found->text("client.spki");
  const std::string short_dated =
      der::certificate_pem({.not_after = der::tlv(der::kUtcTime, "3001010000Z"),
                            .subject = der::named("short"),
                            .public_key = {spki.begin(), spki.end()}});
  Bench bench;
  bench.file("bundle.pem", authority("CN=Root").certificate_pem + short_dated);
  bench.server({.name = "a.test", .directives = kOn + kBundle});
  bench.write_conf();
  const auto errors = bench.evaluate()->nginx_errors();
  const NginxTest said = bench.test();
  CHECK((said.exit_code == 0) == decodes);
  CHECK(errors.empty() == decodes);
  if (!decodes) {
    CHECK(said.emerg.find("utctime is too short") != std::string::npos);
    CHECK(errors.front().message.find("utctime is too short") != std::string::npos);
  }

  if (pki::linked_openssl() >= pki::kOpenssl35) return;  // no client of ours has such a certificate
  Bench other;
  other.file("bundle.pem", authority("CN=Root").certificate_pem);
  const std::uint16_t port = free_port();
  other.server({.name = "b.test", .directives = kOptionalNoCa + kBundle, .port = port});
  other.client("short", Minted{.certificate_pem = short_dated,
                               .key_pem = found->text("client.key"),
                               .objects = nullptr});
  other.start();
  const auto ask = [&] {
    return request({.port = port,
                    .sni = "b.test",
                    .host = "b.test",
                    .client_chain_pem = short_dated,
                    .client_key_pem = found->text("client.key")});
  };
  const auto has_alert = [](const TlsAnswer& one) {
    return one.error.find("decode error") != std::string::npos;
  };
  TlsAnswer answer = ask();
  // nginx closes at once, and the reset can overtake the alert.
  for (int left = 20; left > 0 && !decodes && !has_alert(answer); --left) answer = ask();
  const auto snapshot = other.evaluate();
  const audit::Verdict& ours = snapshot->servers.at(0)->verdicts.at(0);
  CHECK(ours.http_status.value_or(0) == answer.status);
  CHECK(ours.handshake_alert == (decodes ? "" : "decode_error"));
  CHECK(has_alert(answer) == !decodes);
}

}  // namespace mtls::testing
