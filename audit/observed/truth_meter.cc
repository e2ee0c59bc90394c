#include "audit/observed/truth_meter.h"

#include <algorithm>

#include "audit/loaded.h"

namespace mtls::audit::observed {
namespace {

constexpr std::size_t kMostWaiting = 1'000;

}  // namespace

void Judges::follow(View view, Instant now,
                    const std::function<void(const config::ContextId& context)>& dropped) {
  const bool is_same_text = view_.config && view_.config->document == view.config->document;
  std::map<config::ContextId, std::pair<std::size_t, Entry>> entries;
  for (std::size_t i = 0; i < view.servers.size(); ++i) {
    const config::ContextId& id = view.config->resolved.servers[i].id;
    if (!view.servers[i] || entries.contains(id)) continue;
    const auto before = entries_.find(id);
    const bool was_known = before != entries_.end();
    if (was_known && is_same_text && before->second.second.used == view.servers[i]->used) {
      entries.emplace(id, std::pair(i, std::move(before->second.second)));
      continue;
    }
    entries.emplace(id, std::pair(i, Entry{.used = view.servers[i]->used, .since = now}));
    if (was_known) dropped(id);
  }
  entries_ = std::move(entries);
  view_ = std::move(view);
}

void Judges::clear() {
  entries_.clear();
  view_ = {};
}

ChainJudge* Judges::of(const config::ContextId& context, Instant when) {
  const auto found = entries_.find(context);
  if (found == entries_.end()) return nullptr;
  auto& [index, entry] = found->second;
  if (when < entry.since) return nullptr;
  if (!entry.judge)
    entry.judge = std::make_unique<ChainJudge>(*view_.config, view_.material, *view_.policy, index,
                                               *view_.servers.at(index));
  return entry.judge.get();
}

void TruthMeter::follow(const Snapshot& snapshot, Instant now) {
  const Loaded* loaded = snapshot.loaded.get();
  const auto generation = loaded != nullptr ? std::pair(loaded->master, loaded->number)
                                            : std::pair(0, std::uint64_t{0});
  if (generation != generation_) {
    known_.clear();
    loaded_.clear();
    generation_ = generation;
  }
  disk_.follow({.config = snapshot.config,
                .material = snapshot.material,
                .servers = snapshot.servers,
                .policy = snapshot.policy},
               now, [&](const config::ContextId& context) {
                 std::erase_if(known_,
                               [&](const auto& one) { return one.second.context == context; });
               });
  const bool is_loaded_known =
      loaded != nullptr && loaded->config && loaded->has_servers && !loaded->is_mixed;
  if (!is_loaded_known) return loaded_.clear();
  const bool is_same = loaded->servers.empty();
  const Instant since = loaded_.is_known() ? now : now + kOldWorkers;
  loaded_.follow({.config = loaded->config,
                  .material = is_same ? snapshot.material : loaded->material,
                  .servers = is_same ? snapshot.servers : loaded->servers,
                  .policy = snapshot.policy},
                 since, [](const config::ContextId&) {});
}

// nullopt: it cannot be compared.
std::optional<TruthMeter::Said> TruthMeter::said(const Handshake& handshake) {
  ChainJudge* disk = disk_.of(handshake.context, handshake.when);
  ChainJudge* loaded = loaded_.of(handshake.context, handshake.when);
  const bool is_too_early = loaded == nullptr && loaded_.knows(handshake.context);
  if (disk == nullptr || is_too_early) return std::nullopt;
  const bool leads = disk->leads_from(handshake.issuer_key) ||
                     (loaded != nullptr && loaded->leads_from(handshake.issuer_key));
  if (!leads) return std::nullopt;
  const auto at = std::chrono::floor<std::chrono::seconds>(handshake.when);
  const auto ask = [&](ChainJudge* judge) -> std::optional<bool> {
    if (judge == nullptr) return std::nullopt;
    const auto answer = judge->answer(handshake.fingerprint, handshake.der, at);
    return answer ? std::optional(answer->is_accepted) : std::nullopt;
  };
  const Said said{.disk = ask(disk), .loaded = ask(loaded)};
  if (!said.disk || (loaded != nullptr && !said.loaded)) return std::nullopt;
  return said;
}

TruthMeter::Outcome TruthMeter::conclude(const Handshake& handshake, const Said& said) {
  Known& known =
      known_.try_emplace(handshake.at, Known{.context = handshake.context}).first->second;
  const bool predicted = said.loaded.value_or(*said.disk);
  const bool is_as_in_files = *said.disk == handshake.was_accepted;
  if (!is_as_in_files) known.matches = false;
  const bool is_explained = !said.loaded || *said.loaded == handshake.was_accepted;
  const bool is_untrue = !is_as_in_files || !is_explained;
  if (is_untrue && (!known.untruth || !is_explained)) {
    known.untruth = ServerUntruth{.id = handshake.at,
                                  .kind = is_explained ? Untruth::kStale : Untruth::kDiffers,
                                  .was_accepted = handshake.was_accepted,
                                  .issuer_key = handshake.issuer_key};
  }
  return predicted == handshake.was_accepted ? Outcome::kAgreed : Outcome::kDiffered;
}

// Where what nginx has loaded is known and explains what it did, nothing has to settle.
TruthMeter::Outcome TruthMeter::take(Handshake handshake) {
  const std::optional<Said> said = this->said(handshake);
  if (!said) return Outcome::kNotCompared;
  if (said->loaded.value_or(*said->disk) == handshake.was_accepted)
    return conclude(handshake, *said);
  if (waiting_.size() < kMostWaiting) waiting_.push_back(std::move(handshake));
  return Outcome::kNotCompared;
}

std::vector<TruthMeter::Compared> TruthMeter::settle(Instant now) {
  std::vector<Compared> compared;
  while (!waiting_.empty() && waiting_.front().when + kPatience <= now) {
    const Handshake handshake = std::move(waiting_.front());
    waiting_.pop_front();
    const std::optional<Said> said = this->said(handshake);
    if (said) compared.push_back({.at = handshake.at, .outcome = conclude(handshake, *said)});
  }
  return compared;
}

bool TruthMeter::is_revoked(const Handshake& handshake) {
  ChainJudge* disk = disk_.of(handshake.context, handshake.when);
  if (disk == nullptr) return false;
  const auto at = std::chrono::floor<std::chrono::seconds>(handshake.when);
  const auto answer = disk->answer(handshake.fingerprint, handshake.der, at);
  return answer && answer->is_revoked;
}

std::optional<bool> TruthMeter::matches(const config::ContextId& at) const {
  const auto known = known_.find(at);
  return known != known_.end() ? std::optional(known->second.matches) : std::nullopt;
}

std::vector<ServerUntruth> TruthMeter::untruths() const {
  std::vector<ServerUntruth> untruths;
  for (const auto& [at, known] : known_)
    if (known.untruth) untruths.push_back(*known.untruth);
  return untruths;
}

}  // namespace mtls::audit::observed
