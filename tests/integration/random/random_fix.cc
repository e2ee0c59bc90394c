// Random configurations, and what `fix` makes of them: real nginx takes the result, what was mended
// is gone, nothing is new, no client loses its verdict unless that was announced, real handshakes
// go as predicted, and a second run finds nothing to do.
#include <catch2/catch.hpp>

#include <map>
#include <set>
#include <string>
#include <utility>

#include "daemon/commands/mending.h"
#include "tests/integration/random/random_probe.h"
#include "tests/integration/random/random_search.h"
#include "tests/integration/verdict/verdict_pki.h"
#include "tests/support/nginx_runner.h"

namespace mtls::testing {
namespace {

using daemon::commands::Mending;
using daemon::inputs::EditedFiles;

constexpr const char* kNobody = "nobody";  // a client without a certificate

/// How often each rule speaks of each server block.
using Counts = std::map<std::pair<std::string, std::string>, int>;
/// Client and server block.
using Clients = std::set<std::pair<std::string, std::string>>;

Counts counts_of(const audit::Snapshot& snapshot) {
  Counts counts;
  for (const reports::Issue& issue : reports::issues_of({.snapshot = snapshot}))
    ++counts[{std::string(issue.rule), issue.server}];
  return counts;
}

Clients accepted_in(const audit::Snapshot& snapshot) {
  Clients accepted;
  for (std::size_t i = 0; i < snapshot.servers.size(); ++i) {
    const std::string server = reports::id_text(snapshot.config->resolved.servers[i].id);
    for (const audit::Verdict& verdict : snapshot.servers[i]->verdicts) {
      if (verdict.accepted && verdict.canary != kNobody) accepted.insert({verdict.canary, server});
    }
  }
  return accepted;
}

/// `fix` on what is in the bench, in memory.
Mending mend_in(RandomBench& bench, EditedFiles& edited) {
  audit::Policy policy = bench.policy();
  policy.canaries.push_back(
      {.name = kNobody, .certificate = "", .expect = audit::Expect::kNothing, .servers = {}});
  return daemon::commands::mend(policy, edited, now(), {});
}

/// "": the findings are as `mending` says they would be.
std::string wrong_findings(const Counts& before, const Counts& after, const Mending& mending) {
  for (const reports::Issue& issue : mending.mended) {
    const std::pair key{std::string(issue.rule), issue.server};
    const auto left = after.find(key);
    if (left != after.end() && left->second >= before.at(key))
      return "not mended: " + key.first + " at " + key.second;
  }
  for (const auto& [key, count] : after) {
    const auto known = before.find(key);
    if (known == before.end() || known->second < count)
      return "new: " + key.first + " at " + key.second;
  }
  return "";
}

std::string lost_client(const Clients& before, const Clients& after, const Mending& mending) {
  for (const auto& [client, server] : before) {
    if (after.contains({client, server})) continue;
    const auto& announced = mending.comparison.worse_clients;
    const bool is_told = std::any_of(announced.begin(), announced.end(), [&](const auto& change) {
      return change.client == client && change.server == server;
    });
    if (!is_told) return "not announced: " + client + " at " + server;
  }
  return "";
}

/// What was tried so far.
struct Tally {
  std::map<std::string, std::size_t> mended;  // by rule
  std::size_t changed = 0;                    // configurations with a diff
  std::size_t probed = 0;                     // of these, with real handshakes
};

std::string text_of(const Mending& mending, const EditedFiles& edited) {
  std::string text;
  for (const reports::Issue& issue : mending.mended)
    text += "mended " + std::string(issue.rule) + " at " + issue.server + "\n";
  for (const auto& [path, content] : edited.texts()) text += "--> " + path + "\n" + content + "\n";
  return text;
}

class FixTrial {
 public:
  FixTrial(RandomBench& bench, Tally& tally) : bench_(bench), tally_(tally) {}

  /// The kind of the failure, "" for none.
  std::string run(const Nodes& main, const SpellingSettings& written) {
    Files files = spell(marked(main, bench_.ports()), written);
    bench_.write(files);
    const Complaints said = bench_.complaints();
    if (!said.nginx.empty() || !said.ours.empty()) return "";
    const auto before = bench_.evaluate();
    EditedFiles edited(bench_.disk());
    const Mending mending = mend_in(bench_, edited);
    if (edited.texts().empty()) return mending.mended.empty() ? "" : "mended without an edit";
    ++tally_.changed;
    for (const reports::Issue& issue : mending.mended) ++tally_.mended[std::string(issue.rule)];
    report_ = text_of(mending, edited);
    const std::string prefix = bench_.directory().path() + "/";
    for (const auto& [path, text] : edited.texts()) {
      const std::string name = path.substr(std::min(prefix.size(), path.size()));
      if (!path.starts_with(prefix) || !files.contains(name)) return "edits a file of the PKI";
      files[name] = text;
    }
    bench_.write(files);
    return judge(*before, mending, written);
  }

  const std::string& report() const { return report_; }

 private:
  std::string judge(const audit::Snapshot& before, const Mending& mending,
                    const SpellingSettings& written) {
    const Complaints said = bench_.complaints();
    report_ += "nginx: " + said.nginx + "\n";
    if (!said.nginx.empty()) return "nginx refuses the result";
    const auto after = bench_.evaluate();
    std::string wrong = wrong_findings(counts_of(before), counts_of(*after), mending);
    if (wrong.empty()) wrong = lost_client(accepted_in(before), accepted_in(*after), mending);
    report_ += wrong + "\n";
    if (!wrong.empty()) return wrong.substr(0, wrong.find(" at "));
    EditedFiles again(bench_.disk());
    const Mending second = mend_in(bench_, again);
    if (!second.mended.empty()) {
      report_ += "the second run:\n" + text_of(second, again);
      return "a second run has work";
    }
    return handshakes(written);
  }

  // Takes most of the time, so only some configurations are asked.
  std::string handshakes(const SpellingSettings& written) {
    constexpr std::uint64_t kShare = 3;
    if (written.seed % kShare != 0) return "";
    ++tally_.probed;
    Dice dice(written.seed);
    for (const std::string& one : probe(bench_, dice).disagreements) {
      report_ += one + "\n";
      return "other than foreseen";
    }
    return "";
  }

  RandomBench& bench_;
  Tally& tally_;
  std::string report_;
};

}  // namespace

TEST_CASE("random: what fix writes is taken by nginx, mends what it says, and harms nobody") {
  if (!NginxRunner::available()) {
    WARN("skipped: there is no " << nginx_under_test());
    return;
  }
  RandomBench bench;
  Tally tally;
  const auto asked = search(bench, {.title = "fix", .share = 4, .damage = 0, .budget = 60},
                            [&](const Nodes& main, const SpellingSettings& written) -> Outcome {
                              FixTrial trial(bench, tally);
                              const std::string kind = trial.run(main, written);
                              return {.kind = kind, .report = kind.empty() ? "" : trial.report()};
                            });
  std::string rules;
  for (const auto& [rule, count] : tally.mended)
    rules += " " + rule + " " + std::to_string(count) + ",";
  WARN(asked << " configurations, " << tally.changed << " changed, " << tally.probed
             << " of them asked with handshakes; mended:" << rules);
  if (asked < 40) return;             // too few seeds to judge
  CHECK(tally.changed > asked / 10);  // 1.30.6 refuses more of them than 1.22.1
  CHECK(tally.mended.size() >= 3);
}

}  // namespace mtls::testing
