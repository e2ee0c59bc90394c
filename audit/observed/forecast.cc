#include "audit/observed/forecast.h"

#include <algorithm>

namespace mtls::audit::observed {
namespace {

using running::ObservedClient;
using running::ObservedServer;
using running::ObservedVisits;

// Whether an answer can be another one.
bool is_same_question(const ObservedClient& before, const ObservedClient& now) {
  return before.issuer_key == now.issuer_key && before.certificate == now.certificate;
}

}  // namespace

struct Forecast::Round {
  JudgedHost host;
  const Snapshot& snapshot;
  base::sys_seconds now;
  std::size_t left;  // to judge
};

Forecast::Forecast() = default;
Forecast::~Forecast() = default;

void Forecast::put(std::span<const ObservedClient> changed) {
  for (const ObservedClient& client : changed) {
    const auto [entry, is_new] = clients_.try_emplace(client.fingerprint, client);
    const bool is_same = is_new || is_same_question(entry->second, client);
    if (!is_new) {
      for (const ObservedVisits& visits : entry->second.visits) {
        const bool still = std::ranges::any_of(
            client.visits, [&](const ObservedVisits& one) { return one.at == visits.at; });
        if (!still) blocks_[visits.at].answers.erase(client.fingerprint);
      }
      entry->second = client;
    }
    for (const ObservedVisits& visits : client.visits) {
      Answer& answer = blocks_[visits.at].answers[client.fingerprint];
      if (!is_same) answer = {};
    }
  }
}

void Forecast::drop(std::span<const std::string> gone) {
  for (const std::string& fingerprint : gone) {
    if (fingerprint == "*") {
      clients_.clear();
      blocks_.clear();
      continue;
    }
    const auto client = clients_.find(fingerprint);
    if (client == clients_.end()) continue;
    for (const ObservedVisits& visits : client->second.visits)
      blocks_[visits.at].answers.erase(fingerprint);
    clients_.erase(client);
  }
  std::erase_if(blocks_, [](const auto& entry) { return entry.second.answers.empty(); });
}

bool Forecast::judge(const std::shared_ptr<const Snapshot>& snapshot, base::sys_seconds now,
                     std::size_t most) {
  Round round{.host = JudgedHost(*snapshot, now), .snapshot = *snapshot, .now = now, .left = most};
  bool is_done = true;
  for (auto& [at, block] : blocks_) is_done = judge_block(round, at, block) && is_done;
  return is_done;
}

bool Forecast::judge_block(Round& round, const ObservedServer& at, Block& block) {
  const auto index = round.host.block_of(at);
  if (!index) {  // it has gone from the configuration
    for (auto& [fingerprint, answer] : block.answers) answer = {.is_known = true};
    block.basis = {};
    return true;
  }
  const Snapshot& snapshot = round.snapshot;
  const bool stands = block.basis.audit == snapshot.servers[*index];
  std::optional<BlockJudge> judge;
  const auto judge_of_block = [&]() -> BlockJudge& {
    if (!judge) judge.emplace(round.host, stand_ins_, *index);
    return *judge;
  };
  if (!stands) {
    auto files = judge_of_block().files();
    // Time alone made another judgement of the block: whom it accepts until a known instant stays.
    const bool is_time = block.basis.config == snapshot.config &&
                         block.basis.policy == snapshot.policy && block.basis.files == files;
    for (auto& [fingerprint, answer] : block.answers) {
      const bool stays = is_time && answer.is_accepted && answer.accepted_until &&
                         *answer.accepted_until > round.now;
      if (!stays) answer.is_known = false;
    }
    block.basis = {.audit = snapshot.servers[*index],
                   .config = snapshot.config,
                   .policy = snapshot.policy,
                   .files = std::move(files)};
  }
  for (auto& [fingerprint, answer] : block.answers) {
    const bool is_over = answer.holds_until && *answer.holds_until <= round.now;
    if (answer.is_known && !is_over) continue;
    if (round.left == 0) return false;
    --round.left;
    ++judgements_;
    const auto fate = judge_of_block().fate_of(clients_.at(fingerprint));
    answer = {.is_known = true};
    block.asks = fate.has_value();
    if (!fate) continue;
    answer.is_judged = fate->verdict.is_judged;
    answer.is_accepted = fate->verdict.is_judged && fate->verdict.accepted;
    answer.until_is_unknown = fate->verdict.until_is_unknown;
    answer.accepted_until = fate->verdict.accepted_until;
    answer.holds_until = fate->holds_until;
  }
  return true;
}

std::map<ObservedServer, Outlook> Forecast::outlooks(base::sys_seconds now) const {
  std::map<ObservedServer, Outlook> outlooks;
  for (const auto& [at, block] : blocks_) {
    if (!block.basis.audit || !block.asks) continue;
    Outlook outlook;
    for (const auto& [fingerprint, answer] : block.answers) {
      if (!answer.is_known || !answer.is_judged) {
        ++outlook.unknown;
        continue;
      }
      const auto& until = answer.accepted_until;
      const bool is_accepted = answer.is_accepted && (!until || *until > now);
      ++(is_accepted ? outlook.accepted : outlook.refused);
      if (!is_accepted) continue;
      if (answer.until_is_unknown) ++outlook.unknown;
      if (!until) continue;
      if (!outlook.next_lockout || *until < *outlook.next_lockout) outlook.next_lockout = until;
      for (std::size_t i = 0; i < kHorizons.size(); ++i) {
        if (*until <= now + kHorizons[i].span) ++outlook.lockouts[i];
      }
    }
    outlooks.emplace(at, outlook);
  }
  return outlooks;
}

std::optional<base::sys_seconds> Forecast::next_change() const {
  std::optional<base::sys_seconds> next;
  for (const auto& [at, block] : blocks_) {
    for (const auto& [fingerprint, answer] : block.answers) {
      if (answer.holds_until && (!next || *answer.holds_until < *next)) next = answer.holds_until;
    }
  }
  return next;
}

}  // namespace mtls::audit::observed
