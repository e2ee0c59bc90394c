// Random PKIs, real nginx and ours: which files are refused, which CA names are sent, who comes in
// and with which verdict. docs/differential.md says what is generated and compared.
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>

#include "tests/integration/number_from.h"
#include "tests/integration/random_pki/random_pki_bench.h"
#include "tests/integration/random_pki/random_pki_generator.h"
#include "tests/integration/random_pki/random_pki_shrink.h"
#include "tests/support/nginx_runner.h"

namespace mtls::testing {
namespace {

constexpr std::size_t kMostShrunk = 4;  // kinds of disagreement that are shrunk
constexpr std::size_t kBudget = 250;    // questions while shrinking one of them

bool nginx_is_absent() {
  if (NginxRunner::available()) return false;
  WARN("skipped: there is no " << nginx_under_test());
  return true;
}

/// The sums of all that was asked.
class Run {
 public:
  explicit Run(PkiQuestion question) : question_(question) {}

  void ask(const PkiCase& all, std::uint64_t seed) {
    const PkiReport report = bench_.ask(all, question_);
    ++cases_;
    pairs_ += report.pairs;
    name_lists_ += report.name_lists;
    metered_ += report.metered;
    for (const auto& [said, count] : report.said) said_[said] += count;
    ++complaints_[report.complaint];
    known_gaps_ += report.has_known_gap ? 1 : 0;
    for (const PkiDisagreement& one : report.disagreements) {
      ++disagreements_;
      if (kinds_.insert(one.kind).second) show(all, seed, one);
    }
  }

  std::size_t cases() const { return cases_; }
  std::size_t pairs() const { return pairs_; }
  std::size_t metered() const { return metered_; }
  std::size_t accepted() const { return complaints_.contains("") ? complaints_.at("") : 0; }
  std::size_t successes() const { return said_.at("SUCCESS 200"); }
  std::size_t known_gaps() const { return known_gaps_; }
  std::size_t kinds_said() const { return said_.size(); }
  std::size_t kinds_of_complaints() const { return complaints_.size(); }

  std::string summary() const {
    std::ostringstream out;
    out << cases_ << " cases, " << pairs_ << " pairs, " << name_lists_ << " lists of CA names, "
        << metered_ << " in the truth meter, " << disagreements_ << " disagreements, "
        << known_gaps_ << " known gaps\n";
    for (const auto& [said, count] : said_) out << count << " " << said << "\n";
    for (const auto& [complaint, count] : complaints_)
      out << count << " " << (complaint.empty() ? "(accepted)" : complaint) << "\n";
    return out.str();
  }

 private:
  bool disagrees(const PkiCase& all, const std::string& kind) {
    try {
      return std::ranges::any_of(bench_.ask(all, question_).disagreements,
                                 [&](const PkiDisagreement& one) { return one.kind == kind; });
    } catch (const std::runtime_error&) {
      return false;  // the rest cannot be minted
    }
  }

  void show(const PkiCase& all, std::uint64_t seed, const PkiDisagreement& one) {
    std::string text = one.report;
    if (kinds_.size() <= kMostShrunk) {
      const PkiCase small =
          shrink(all, [&](const PkiCase& less) { return disagrees(less, one.kind); }, kBudget);
      text += "\n" + bench_.ask(small, question_).text;
    }
    FAIL_CHECK("seed " << seed << ": " << text);
  }

  PkiQuestion question_;
  PkiBench bench_;
  std::size_t cases_ = 0;
  std::size_t pairs_ = 0;
  std::size_t name_lists_ = 0;
  std::size_t metered_ = 0;
  std::size_t known_gaps_ = 0;
  std::size_t disagreements_ = 0;
  std::map<std::string, std::size_t> said_;
  std::map<std::string, std::size_t> complaints_;
  std::set<std::string> kinds_;
};

constexpr std::uint64_t kUsualCount = 12;
std::uint64_t first_seed() { return number_from("MTLS_RANDOM_PKI_SEED", 1); }
std::uint64_t seeds() { return number_from("MTLS_RANDOM_PKI_COUNT", kUsualCount); }

}  // namespace

TEST_CASE("random PKI: every client's verdict, code and status and the CA names are predicted") {
  if (nginx_is_absent()) return;
  Run run(PkiQuestion::kRefusalAndHandshakes);
  for (std::uint64_t seed = first_seed(); seed < first_seed() + seeds(); ++seed) {
    Dice dice(seed);
    run.ask(random_pki_case(dice), seed);
  }
  WARN(run.summary());
  if (seeds() < kUsualCount) return;  // too few seeds to judge
  CHECK(run.pairs() >= 600);
  CHECK(run.accepted() > run.cases() / 2);
  CHECK(run.successes() > run.pairs() / 8);
  CHECK(run.metered() > run.pairs() / 8);
  CHECK(run.kinds_said() >= 15);
}

TEST_CASE("random PKI: nginx and we refuse the same bundles, CRLs and certificates") {
  if (nginx_is_absent()) return;
  constexpr std::uint64_t kDamages = 8;  // damaged cases for each seed
  Run run(PkiQuestion::kRefusal);
  for (std::uint64_t seed = first_seed(); seed < first_seed() + seeds(); ++seed) {
    Dice dice(seed);
    const PkiCase all = random_pki_case(dice);
    for (std::uint64_t i = 0; i < kDamages; ++i) run.ask(damaged(all, dice), seed);
  }
  WARN(run.summary());
  if (seeds() < kUsualCount) return;  // too few seeds to judge
  CHECK(run.accepted() > run.cases() / 10);
  CHECK(run.accepted() < run.cases() - run.cases() / 4);
  CHECK(run.kinds_of_complaints() >= 8);
  CHECK(run.known_gaps() < run.cases() / 20);
}

}  // namespace mtls::testing
