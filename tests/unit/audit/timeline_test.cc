// Random PKIs under a clock that runs, jumps ahead and is set back: what the chain of evaluations
// serves at any instant is what an evaluation of that instant alone would say.
#include <catch2/catch.hpp>
#include <random>

#include "tests/unit/audit/audit_fixture.h"
#include "tests/unit/audit/statement.h"

namespace mtls::audit_fixture {
namespace {

using base::sys_seconds;
using std::chrono::seconds;
using Served = std::shared_ptr<const audit::Snapshot>;

constexpr unsigned kTimelines = 1000;
constexpr seconds kPast = days{40};
constexpr seconds kAhead = days{60};

/// A host with CAs, their renewals and cross-signs, CRLs that follow each other, and clients: all
/// begin and end at random seconds around kT0.
class RandomHost {
 public:
  explicit RandomHost(unsigned seed) : random_(seed) {
    make_authorities();
    make_configuration();
    make_lists();
    make_canary();
  }

  Host host;

  std::size_t pick(std::size_t count) { return random_() % count; }
  sys_seconds between(seconds from, seconds until) {
    return kT0 + from + seconds{random_() % static_cast<unsigned>((until - from).count())};
  }
  bool has_lists_at_first() const { return has_lists_; }

 private:
  CertificateSpec at_random(CertificateSpec spec) {
    const auto begin = pick(4) == 0 ? between(-kPast / 4, kAhead / 2) : between(-kPast, seconds{0});
    spec.not_before = begin;
    spec.not_after = begin + days{2} + seconds{random_() % 5'000'000U};
    spec.key_identifiers = pick(3) != 0;
    return spec;
  }

  // Renewals keep name and key, replacements the name alone, cross-signs have another issuer.
  Minted another(const CertificateSpec& original, const Minted& minted) {
    CertificateSpec spec = original;
    if (pick(3) != 0) spec.same_key_as = &minted;
    return testing::mint(at_random(spec));
  }

  void make_authorities() {
    const CertificateSpec root = ca_spec("CN=R");
    roots_ = {testing::mint(at_random(root)), testing::mint(at_random(ca_spec("CN=S")))};
    const CertificateSpec issuing = ca_spec("CN=I", &roots_.front());
    intermediates_ = {testing::mint(at_random(issuing))};
    if (pick(2) == 0) intermediates_.push_back(another(issuing, intermediates_.front()));
    if (pick(2) == 0) intermediates_.push_back(cross_signed("CN=I", intermediates_.front()));
    if (pick(4) == 0) intermediates_.push_back(cross_signed("CN=R", roots_.front()));
    if (pick(2) == 0) roots_.push_back(another(root, roots_.front()));
  }

  Minted cross_signed(const std::string& subject, const Minted& original) {
    CertificateSpec spec = ca_spec(subject, &roots_.at(1));
    spec.same_key_as = &original;
    return testing::mint(at_random(spec));
  }

  std::string some_of(const std::vector<Minted>& all) {
    std::string text;
    for (const Minted& one : all)
      if (pick(4) != 0) text += one.certificate_pem;
    return text;
  }

  void make_configuration() {
    const std::string depth = " ssl_verify_depth " + std::to_string(pick(3)) + "; ";
    has_lists_ = pick(2) == 0;
    host.conf(
        http(server("d.test", kVerifyOn + depth + (has_lists_ ? "ssl_crl clients.crl;" : "")) +
             server("m.test", "ssl_verify_client optional_no_ca;") +
             server("w.test", kVerifyOn + depth + "ssl_trusted_certificate trusted.pem;")));
    host.disk.put(kBundle, roots_.front().certificate_pem + some_of(roots_) +
                               (pick(2) == 0 ? some_of(intermediates_) : ""));
    host.disk.put(kTrusted, roots_.at(1).certificate_pem + some_of(intermediates_));
  }

  void make_lists() {
    std::string text;
    std::vector<Minted> issuers = intermediates_;
    issuers.insert(issuers.end(), roots_.begin(), roots_.end());
    for (const Minted& issuer : issuers) {
      sys_seconds begin = between(-days{3}, days{1});
      for (std::size_t left = 1 + pick(3); left > 0; --left) {
        const sys_seconds end = begin + std::chrono::hours{30} + seconds{random_() % 1'500'000U};
        text += testing::mint_crl(
            {.issuer = &issuer, .this_update = begin, .next_update = end, .revoked = {}});
        begin = end - days{1} +
                seconds{random_() % (std::uint64_t{2} * 86'400U)};  // overlaps, or leaves a gap
      }
    }
    host.disk.put(kCrl, text);
  }

  void make_canary() {
    const bool deep = pick(3) != 0;
    const Minted& issuer = deep ? intermediates_.front() : roots_.front();
    const Minted client = testing::mint(at_random(client_spec("CN=c", issuer)));
    host.canary(client.certificate_pem + (deep ? some_of(intermediates_) : ""));
  }

  std::mt19937 random_;
  std::vector<Minted> roots_;
  std::vector<Minted> intermediates_;
  bool has_lists_ = false;
};

/// What the daemon does when its clock shows `now`: nothing before the next change, unless the
/// clock was set back.
Served serve(Host& host, const Served& served, sys_seconds now) {
  const bool reached = served->next_change_at && now >= *served->next_change_at;
  if (!reached && now >= served->evaluated_at) return served;
  return host.after(served, {.paths = {}, .settled = {}, .horizon = true}, now);
}

bool accepted_at(Host& host, std::size_t server, sys_seconds at) {
  return host.scratch(at)->servers[server]->verdicts.at(0).accepted;
}

/// Verdicts that were seen to flip when they were said to.
struct Flips {
  std::size_t without_lists = 0;
  std::size_t with_lists = 0;
  std::size_t later_than_a_certificate = 0;  // another chain took over
};

/// The earliest end of a certificate in the store, after `now`.
std::optional<sys_seconds> first_end(const audit::ServerAudit& judged, sys_seconds now) {
  std::optional<sys_seconds> first;
  for (const pki::paths::Member& member : judged.store.members) {
    const auto end = member.certificate.facts().validity.not_after;
    if (end && *end > now && (!first || *end < *first)) first = end;
  }
  return first;
}

void check_flip(RandomHost& scene, const audit::Snapshot& served, Flips& flips) {
  const std::size_t server = scene.pick(served.servers.size());
  const audit::ServerAudit& judged = *served.servers[server];
  const auto until = judged.verdicts.at(0).accepted_until;
  if (!until) return;
  INFO("server " << server << " until " << base::rfc3339(*until));
  REQUIRE(accepted_at(scene.host, server, *until - seconds{1}));
  REQUIRE_FALSE(accepted_at(scene.host, server, *until));
  const bool has_lists = server == 0 && scene.has_lists_at_first();
  ++(has_lists ? flips.with_lists : flips.without_lists);
  const auto end = first_end(judged, served.evaluated_at);
  if (end && *end < *until) ++flips.later_than_a_certificate;
}

}  // namespace

TEST_CASE("timeline: what is served at any instant is what an evaluation of it alone would say") {
  Flips flips;
  std::size_t refreshed = 0;
  for (unsigned seed = 1; seed <= kTimelines; ++seed) {
    CAPTURE(seed);
    RandomHost scene(seed);
    sys_seconds now =
        scene.pick(2) == 0 ? scene.between({}, days{1}) : scene.between(-kPast / 2, kAhead / 2);
    Served served = scene.host.scratch(now);
    check_flip(scene, *served, flips);
    for (int look = 0; look < 2; ++look) {
      switch (scene.pick(4)) {
        case 0: now = scene.between(-kPast, kAhead); break;  // the clock is set, either way
        case 1: now += seconds{scene.pick(86'400)}; break;
        default:  // to the edge: the last second of what is served, or the first after it
          now = served->next_change_at.value_or(now) - seconds{scene.pick(2)};
      }
      const Served before = served;
      served = serve(scene.host, served, now);
      refreshed += served == before ? 0 : 1;
      INFO(base::rfc3339(now));
      REQUIRE(statement_of(*served) == statement_of(*scene.host.scratch(now)));
    }
  }
  CHECK(refreshed > kTimelines / 2);
  CHECK(flips.without_lists > 100);
  CHECK(flips.with_lists > 10);
  CHECK(flips.later_than_a_certificate > 20);
}

TEST_CASE(
    "timeline: a verdict holds from one evaluation to its accepted_until, through all changes") {
  std::size_t flips = 0;
  for (unsigned seed = 1; seed <= kTimelines / 40; ++seed) {
    CAPTURE(seed);
    RandomHost scene(seed);
    Served served = scene.host.scratch(kT0);
    std::vector<std::optional<sys_seconds>> until(served->servers.size());
    for (std::size_t i = 0; i < until.size(); ++i)
      until[i] = served->servers[i]->verdicts.at(0).accepted_until;
    while (served->next_change_at) {
      served = serve(scene.host, served, *served->next_change_at);
      for (std::size_t i = 0; i < until.size(); ++i) {
        if (!until[i]) continue;
        INFO("server " << i << " at " << base::rfc3339(served->evaluated_at));
        const bool flipped = served->evaluated_at == *until[i];
        REQUIRE(served->servers[i]->verdicts.at(0).accepted == !flipped);
        if (!flipped) continue;
        until[i] = std::nullopt;
        ++flips;
      }
    }
    for (const auto& left : until) REQUIRE_FALSE(left);
  }
  CHECK(flips > 10);
}

}  // namespace mtls::audit_fixture
