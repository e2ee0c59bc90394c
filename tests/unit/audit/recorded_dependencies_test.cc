// What a judgement depends on is recorded while it is made. Random trees under random changes and
// instants: an evaluation that takes over what still stands says what one from scratch says, and
// judges nothing again that did not read what changed.
#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "tests/unit/audit/audit_fixture.h"
#include "tests/unit/audit/statement.h"

namespace mtls::audit_fixture {
namespace {

using Evaluated = std::shared_ptr<const audit::Snapshot>;

constexpr unsigned kTrees = 120;
constexpr int kSteps = 12;

/// PEM texts to choose from: CAs, their renewals, CRLs and clients that begin and end around kT0.
struct Pool {
  std::vector<std::string> bundles;
  std::vector<std::string> lists;
  std::vector<std::string> chains;
  std::vector<std::string> servers;
};

Pool make_pool() {
  const Pki& pki = minted();
  const auto renewed = [&](days from, days until) {
    CertificateSpec spec = ca_spec("CN=Root A");
    spec.same_key_as = &pki.root;
    return mint_valid(spec, from, until).certificate_pem;
  };
  const std::string leaf =
      mint_valid(client_spec("CN=pinned", pki.root), days{-1}, days{20}).certificate_pem;
  Pool pool;
  pool.bundles = {pki.root.certificate_pem,
                  pki.root.certificate_pem + pki.intermediate.certificate_pem,
                  pki.other_root.certificate_pem,
                  renewed(days{-9}, days{40}),
                  renewed(days{-9}, days{3}) + renewed(days{1}, days{90}),
                  renewed(days{2}, days{70}) + pki.other_root.certificate_pem,
                  leaf,
                  "-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n"};
  pool.lists = {pki.crl(pki.root), pki.crl(pki.root, days{-20}, days{2}),
                pki.crl(pki.root) + pki.crl(pki.intermediate, days{-3}, days{9}),
                pki.crl(pki.other_root, days{1}, days{12})};
  pool.chains = {pki.client.certificate_pem,
                 pki.deep_client.certificate_pem + pki.intermediate.certificate_pem,
                 pki.other_client.certificate_pem,
                 mint_valid(client_spec("CN=short", pki.root), days{-2}, days{5}).certificate_pem};
  pool.servers = {
      pki.server.certificate_pem,
      mint_valid(client_spec("CN=a.test", pki.root), days{-5}, days{10}).certificate_pem};
  return pool;
}

const Pool& pool() {
  static const Pool kMade = make_pool();
  return kMade;
}

class RandomTree {
 public:
  explicit RandomTree(unsigned seed) : random_(seed) {
    for (const std::string& path : paths()) rewrite(path);
    configure();
    host.policy.canaries = {{.name = "everywhere",
                             .certificate = "/etc/canaries/all.pem",
                             .expect = audit::Expect::kAccept,
                             .servers = {}},
                            {.name = "some",
                             .certificate = "/etc/canaries/some-*.pem",
                             .expect = audit::Expect::kReject,
                             .servers = {"s1.test", "s3.*"}}};
  }

  Host host;

  std::size_t pick(std::size_t count) { return random_() % count; }

  /// Rewrites, removes or brings back a file, or changes the configuration.
  void change() {
    const std::vector<std::string> all = paths();
    const std::string& path = all[pick(all.size())];
    switch (pick(10)) {
      case 0: return configure();
      case 1: return host.disk.remove(path);
      case 2: return edit();
      default: return rewrite(path);
    }
  }

 private:
  static std::vector<std::string> paths() {
    return {"/etc/nginx/ca0.pem",      "/etc/nginx/ca1.pem",    "/etc/nginx/ca2.pem",
            "/etc/nginx/list0.pem",    "/etc/nginx/list1.pem",  "/etc/nginx/server.pem",
            "/etc/nginx/client.pem",   "/etc/canaries/all.pem", "/etc/canaries/some-a.pem",
            "/etc/canaries/some-b.pem"};
  }

  const std::string& one_of(const std::vector<std::string>& texts) {
    return texts[pick(texts.size())];
  }

  void rewrite(const std::string& path) {
    const bool is_chain = path.starts_with("/etc/canaries/") || path == "/etc/nginx/client.pem";
    host.disk.put(path, path.find("/ca") == path.rfind('/') && !is_chain ? one_of(pool().bundles)
                        : is_chain                                       ? one_of(pool().chains)
                        : path.find("list") != std::string::npos         ? one_of(pool().lists)
                                                                         : one_of(pool().servers));
  }

  std::string directives() {
    constexpr std::array<const char*, 4> kModes{"on", "on", "optional", "optional_no_ca"};
    const auto number = [&](std::size_t count) { return std::to_string(pick(count)); };
    std::string text = std::string(kCertificate) + " ssl_verify_client " + kModes[pick(4)] +
                       "; ssl_client_certificate ca" + number(3) + ".pem; ";
    if (pick(4) == 0) text += "error_log /var/log/error.log info; ";
    if (pick(4) == 0) text += "add_header X-Client $ssl_client_s_dn; ";
    if (pick(3) == 0) text += "ssl_trusted_certificate ca" + number(3) + ".pem; ";
    if (pick(3) == 0) text += "ssl_crl list" + number(2) + ".pem; ";
    if (pick(4) == 0) {
      text +=
          "location / { proxy_pass https://b.test; proxy_ssl_verify on; "
          "proxy_ssl_trusted_certificate ca" +
          number(3) +
          ".pem; proxy_ssl_certificate client.pem; proxy_ssl_certificate_key server.key; } ";
    }
    return text;
  }

  void configure() {
    host.conf(http("include conf.d/*.conf;\n"));
    for (std::size_t i = 0; i < kServers; ++i) configure(i);
  }

  void configure(std::size_t i) {
    const std::string listen = pick(2) == 0 ? "443 ssl" : std::to_string(8440 + i) + " ssl";
    host.disk.put("/etc/nginx/conf.d/" + std::to_string(i) + ".conf",
                  server("s" + std::to_string(i) + ".test", directives(), listen));
  }

  /// One server block is edited, removed or brought back. (Of a text that does not parse the last
  /// good one counts, which an evaluation from scratch does not know.)
  void edit() {
    const std::size_t i = pick(kServers);
    const std::string path = "/etc/nginx/conf.d/" + std::to_string(i) + ".conf";
    if (pick(5) == 0) return host.disk.remove(path);
    configure(i);
  }

  static constexpr std::size_t kServers = 4;

  std::mt19937 random_;
};

std::set<std::string> differing_files(const audit::Snapshot& before, const audit::Snapshot& after) {
  std::set<std::string> paths;
  for (const auto& [path, file] : after.material) {
    const auto known = before.material.find(path);
    if (known == before.material.end() || known->second != file) paths.insert(path);
  }
  for (const auto& [path, file] : before.material) {
    if (!after.material.contains(path)) paths.insert(path);
  }
  return paths;
}

/// How many judgements were taken over although something changed elsewhere.
std::size_t check_what_stands(const audit::Snapshot& before, const audit::Snapshot& after,
                              const audit::Changes& changes) {
  const bool asks_the_same =
      before.config->document == after.config->document &&
      std::none_of(changes.paths.begin(), changes.paths.end(),
                   [&](const auto& path) { return before.canary_patterns.contains(path); });
  CHECK((after.text_findings == before.text_findings) ==
        (before.config->document == after.config->document));
  if (!asks_the_same) return 0;
  const std::set<std::string> differing = differing_files(before, after);
  std::size_t standing = 0;
  for (std::size_t i = 0; i < after.servers.size(); ++i) {
    const audit::ServerAudit& judged = *before.servers[i];
    const bool is_due = judged.next_change_at && *judged.next_change_at <= after.evaluated_at;
    const bool read_it = std::any_of(judged.used.begin(), judged.used.end(), [&](const auto& file) {
      return differing.contains(file->path);
    });
    INFO("server " << i);
    CHECK((after.servers[i] == before.servers[i]) == (!is_due && !read_it));
    if (!is_due && !read_it && !differing.empty()) ++standing;
  }
  return standing;
}

/// A random instant, or the very next one at which time alone changes something.
base::sys_seconds later(RandomTree& tree, const audit::Snapshot& snapshot) {
  const auto now = snapshot.evaluated_at;
  if (tree.pick(3) == 0 && snapshot.next_change_at) return *snapshot.next_change_at;
  return now + std::chrono::hours{tree.pick(60)};
}

}  // namespace

TEST_CASE(
    "recorded: after any changes and at any instant, what stands and what is judged again say "
    "together what an evaluation from scratch says") {
  std::size_t standing = 0;
  for (unsigned seed = 1; seed <= kTrees; ++seed) {
    RandomTree tree(seed);
    Evaluated last = tree.host.scratch();
    for (int step = 0; step < kSteps; ++step) {
      INFO("tree " << seed << ", step " << step);
      if (tree.pick(5) != 0) tree.change();
      const base::sys_seconds now = tree.pick(3) == 0 ? later(tree, *last) : last->evaluated_at;
      audit::Changes changes = tree.host.differences(*last);
      changes.settled = changes.paths;  // nobody is writing
      changes.complete = changes.paths;
      const Evaluated next = tree.host.after(last, changes, now);
      const Evaluated fresh = tree.host.scratch(now);
      REQUIRE(statement_of(*next) == statement_of(*fresh));
      REQUIRE(next->next_change_at == fresh->next_change_at);
      standing += check_what_stands(*last, *next, changes);
      last = next;
    }
  }
  CHECK(standing > kTrees);  // else nothing was shown
}

TEST_CASE("recorded: a client that is judged at one server block costs the others nothing") {
  Host host;
  host.conf(http(server("a.test", kVerifyOn) + server("b.test", kVerifyOn, "8443 ssl")));
  host.canary(minted().client.certificate_pem);
  host.policy.canaries.front().servers = {"a.*"};
  const auto first = host.scratch();
  host.disk.put(kCanaryPem, minted().other_client.certificate_pem);
  const auto second = host.after(first, {.paths = {kCanaryPem}, .settled = {}});
  CHECK(second->servers[0] != first->servers[0]);
  CHECK(second->servers[1] == first->servers[1]);
}

TEST_CASE("recorded: an instant that no verdict and no finding was compared with changes nothing") {
  Host host;
  host.disk.put(
      kServerPem,
      mint_valid(client_spec("CN=a.test", minted().root), days{-5}, days{100}).certificate_pem);
  const auto first = host.scratch();
  // The CA's last 30 days and the server certificate's last 14 begin at instants of their own.
  const auto until = first->servers[0]->trust_until;
  REQUIRE(until);
  CHECK(first->next_change_at == std::min(*until - days{30}, kT0 + days{86}));
}

}  // namespace mtls::audit_fixture
