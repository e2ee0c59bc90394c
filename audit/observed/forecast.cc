#include "audit/observed/forecast.h"

namespace mtls::audit::observed {

using running::ObservedServer;

struct Forecast::Round {
  JudgedHost host;
  const Snapshot& snapshot;
  const ClientTable& clients;
  base::sys_seconds now;
  std::size_t left;  // to judge
};

Forecast::Forecast() = default;
Forecast::~Forecast() = default;

void Forecast::follow(std::span<const ClientTable::Move> moves) {
  for (const ClientTable::Move& move : moves) {
    if (move.has_come) {
      blocks_[move.at].answers.insert_or_assign(move.client, Answer{});
      is_done_ = false;
      continue;
    }
    const auto block = blocks_.find(move.at);
    if (block == blocks_.end()) continue;
    block->second.answers.erase(move.client);
    if (block->second.answers.empty()) blocks_.erase(block);
  }
}

bool Forecast::judge(const std::shared_ptr<const Snapshot>& snapshot, base::sys_seconds now,
                     const ClientTable& clients, std::size_t most) {
  const bool is_same = judged_.lock() == snapshot;
  if (is_done_ && is_same && (!next_change_ || now < *next_change_)) return true;
  Round round{.host = JudgedHost(*snapshot, now),
              .snapshot = *snapshot,
              .clients = clients,
              .now = now,
              .left = most};
  is_done_ = true;
  for (auto& [at, block] : blocks_) is_done_ = judge_block(round, at, block) && is_done_;
  judged_ = snapshot;
  next_change_.reset();
  for (const auto& [at, block] : blocks_) {
    for (const auto& [fingerprint, answer] : block.answers) {
      const auto& until = answer.holds_until;
      if (until && (!next_change_ || *until < *next_change_)) next_change_ = until;
    }
  }
  return is_done_;
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
    if (round.left == 0) return false;
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
    answer = {.is_known = true};
    const running::ObservedClient* client = round.clients.find(fingerprint);
    if (client == nullptr) continue;
    const auto fate = judge_of_block().fate_of(*client);
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

}  // namespace mtls::audit::observed
