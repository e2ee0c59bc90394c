#include "daemon/watch/targets.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include "base/text.h"

namespace mtls::daemon::watch {
namespace {

using base::ErrorCode;
using base::Sighting;

constexpr int kRounds = 8;  // walk and arm at most this often before the disk counts as unstable

constexpr std::int64_t kSecond = 1'000'000'000;

/// How coarse the clock is that stamped a file: two writes within one tick may leave the same
/// stamp. A stamp without nanoseconds is of a file system that keeps whole seconds; FAT keeps even
/// ones.
std::int64_t tick_of(std::int64_t stamp_ns) {
  if (stamp_ns % kSecond == 0) return 2 * kSecond;
  timespec tick{};
  ::clock_getres(CLOCK_REALTIME_COARSE, &tick);
  return static_cast<std::int64_t>(tick.tv_sec) * kSecond + tick.tv_nsec;
}

/// Errors of reading a file that stat() of it does not show.
bool only_reading_tells(const std::optional<ErrorCode>& error) {
  return error == ErrorCode::kPermission || error == ErrorCode::kTooLarge ||
         error == ErrorCode::kUnreadable;
}

}  // namespace

Targets::Observation Targets::observation_of(const Sighting& sighting) {
  std::string names;
  for (const std::string& match : sighting.matches) names.append(match).append(1, '\0');
  return {.stamp = sighting.stamp, .error = sighting.error, .matches = base::fnv1a(names)};
}

// Nearly always the last look saw what the owner did: then one of the two is kept.
void Targets::Target::see(const Observation& observation) {
  saw_given = observation == given;
  saw_instead = saw_given ? nullptr : std::make_unique<const Observation>(observation);
}

void Targets::Target::give(const Observation& observation) {
  if (saw_given) {
    const Observation saw = std::exchange(given, observation);
    see(saw);
    return;
  }
  given = observation;
  if (saw_instead && *saw_instead == given) see(given);
}

std::vector<std::string> Targets::affected(const InotifyEvent& event) {
  std::vector<std::string> paths;
  for (const TargetId id : watch_set_.affected(event)) paths.push_back(by_id_.at(id)->first);
  return paths;
}

/// Whether the owner looked within the tick that stamped the file: a change after its look may have
/// left the stamp as it was.
bool Targets::is_young(const Target& target, std::int64_t seen_since_ns) {
  if (!target.given.stamp) return false;
  const std::int64_t changed = target.given.stamp->ctime_ns;
  return changed != target.settled_ns && changed + tick_of(changed) >= seen_since_ns;
}

void Targets::replace(const base::Sightings& seen, std::int64_t seen_since_ns, Chosen& chosen) {
  std::erase_if(targets_, [&](const TargetEntry& entry) {
    const auto still = seen.find(entry.first);
    if (still != seen.end() && still->second.kind == entry.second.kind) return false;
    watch_set_.forget(entry.second.id);
    restless_.erase(by_id_.at(entry.second.id));
    by_id_.erase(entry.second.id);
    unreliable_.erase(entry.first);
    return true;
  });
  for (const auto& [path, sighting] : seen) give(path, sighting);
  reconsider_restless(seen_since_ns, chosen);
}

void Targets::reconsider_restless(std::int64_t seen_since_ns, Chosen& chosen) {
  const bool clock_went_back = seen_since_ns < std::exchange(seen_since_ns_, seen_since_ns);
  if (clock_went_back) {
    for (TargetEntry& entry : targets_) restless_.insert(&entry);
  }
  std::erase_if(restless_, [&](TargetEntry* entry) {
    reconsider(*entry, seen_since_ns, chosen);
    return !entry->second.unconfirmed && !entry->second.reported;
  });
}

void Targets::set_unreliable(TargetEntry& entry, bool is_unreliable) {
  entry.second.unreliable = is_unreliable;
  if (is_unreliable) {
    unreliable_.insert(entry.first);
  } else {
    unreliable_.erase(entry.first);
  }
}

void Targets::give(const std::string& path, const Sighting& sighting) {
  const auto [at, fresh] = targets_.try_emplace(path);
  Target& target = at->second;
  if (fresh) {
    target.id = next_id_++;
    target.kind = sighting.kind;
    by_id_[target.id] = &*at;
    unreliable_.insert(path);
  }
  target.give(observation_of(sighting));
  restless_.insert(&*at);
}

void Targets::reconsider(TargetEntry& entry, std::int64_t seen_since_ns, Chosen& chosen) {
  Target& target = entry.second;
  // An error that a look cannot confirm is reported once and then counts as seen until the look
  // changes.
  if (!only_reading_tells(target.given.error)) target.reported.reset();
  target.unconfirmed = !target.saw_given || is_young(target, seen_since_ns);
  if (target.unconfirmed) chosen.try_emplace(&entry, Cause::kTold);
}

Targets::Chosen Targets::choose(const Pass& pass) {
  Chosen chosen;
  if (pass.replacement) replace(*pass.replacement, pass.seen_since_ns, chosen);
  if (pass.updates) {
    for (const auto& [path, sighting] : *pass.updates) give(path, sighting);
    reconsider_restless(pass.seen_since_ns, chosen);
  }
  for (const std::string& path : pass.hinted) {
    const auto at = targets_.find(path);
    if (at != targets_.end()) chosen.try_emplace(&*at, Cause::kTold);
  }
  if (!pass.everything && !pass.unreliable) return chosen;
  for (TargetEntry& entry : targets_) {
    const bool told = pass.lost || (pass.unreliable && entry.second.unreliable);
    if (told) chosen.try_emplace(&entry, Cause::kTold);
    if (pass.everything) chosen.try_emplace(&entry, Cause::kEverything);
  }
  return chosen;
}

/// What an event hinted at is always renewed. The rest is renewed only where the way changed or a
/// watch is missing, because renewing thousands of watches is expensive.
std::vector<Targets::TargetEntry*> Targets::to_refresh(const Chosen& chosen) {
  std::vector<TargetEntry*> entries;
  std::vector<TargetEntry*> untold;
  for (const auto& [entry, cause] : chosen) {
    (cause == Cause::kTold ? entries : untold).push_back(entry);
  }
  PathWalker walker(world_.view);
  for (TargetEntry* entry : untold) {
    const Target& target = entry->second;
    const PathWalk walk = walker.walk(target.kind, entry->first);
    if (walk.signature != target.signature || !watch_set_.watched(target.id))
      entries.push_back(entry);
  }
  return entries;
}

/// Arms before the last walk, so that no change falls between the look and the watch. Only one walk
/// is in memory at a time: what it found is what the target wants.
void Targets::refresh(std::vector<TargetEntry*> entries, Watches& watches, PassResult& result) {
  watch_set_.arm(watches);  // drops the watches of targets that are gone
  for (int round = 0; round < kRounds && !entries.empty(); ++round) {
    PathWalker walker(world_.view);
    std::vector<bool> silent;
    for (TargetEntry* entry : entries) {
      const PathWalk walk = walker.walk(entry->second.kind, entry->first);
      entry->second.signature = walk.signature;
      silent.push_back(walk.silent);
      watch_set_.want(entry->second.id, walk.wants);
    }
    watch_set_.arm(watches);
    PathWalker again(world_.view);
    std::vector<TargetEntry*> moved;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const Target& target = entries[i]->second;
      const PathWalk walk = again.walk(target.kind, entries[i]->first);
      set_unreliable(*entries[i], silent[i] || !watch_set_.watched(target.id));
      const bool is_same = walk.signature == target.signature && walk.silent == silent[i] &&
                           watch_set_.wants(target.id, walk.wants);
      if (!is_same) moved.push_back(entries[i]);
    }
    entries = std::move(moved);
  }
  for (const TargetEntry* entry : entries) result.unstable.insert(entry->first);
}

/// Two changes within one tick of the file system's clock may leave one stamp. So a file that
/// changed while its owner was evaluating is reported once more when the tick is certainly over
/// (Git calls this "racily clean").
bool Targets::may_hide_a_change(TargetEntry& entry, const Pass& pass, PassResult& result) const {
  Target& target = entry.second;
  const std::int64_t now = world_.view.realtime_ns();
  const std::int64_t settled = now + world_.settle.count();
  const bool unconfirmed = std::exchange(target.unconfirmed, false);
  if (unconfirmed && target.young_until_ns == 0 && is_young(target, pass.seen_since_ns)) {
    target.young_until_ns = settled;
  }
  if (target.young_until_ns == 0) return false;
  // Never longer than that, even if the clock was set back meanwhile.
  target.young_until_ns = std::min(target.young_until_ns, settled);
  if (now < target.young_until_ns) {
    result.young.insert(entry.first);
    return false;
  }
  target.young_until_ns = 0;
  target.settled_ns = target.given.stamp ? target.given.stamp->ctime_ns : 0;
  return true;
}

void Targets::look(TargetEntry& entry, Cause cause, const Pass& pass, PassResult& result) {
  auto& [path, target] = entry;
  base::RecordingFileSystem recording(world_.disk);
  if (target.kind == Sighting::Kind::kPattern) {
    (void)recording.glob(path);
  } else {
    (void)recording.stat(path);
  }
  const Observation now = observation_of(recording.sightings().at(path));
  target.see(now);
  restless_.insert(&entry);
  if (now == target.given) {
    target.reported.reset();
    if (may_hide_a_change(entry, pass, result)) result.changed.insert(path);
    return;
  }
  target.young_until_ns = 0;
  if (target.reported && *target.reported == now) return;
  target.reported = std::make_unique<const Observation>(now);
  result.changed.insert(path);
  const bool told = cause == Cause::kTold || pass.explained || target.unreliable;
  if (!told) result.unexplained.insert(path);
}

PassResult Targets::run(Pass& pass, Watches* watches) {
  PassResult result;
  const Chosen chosen = choose(pass);
  if (pass.replacement) pass.replacement->clear();
  if (pass.updates) pass.updates->clear();
  if (watches != nullptr) refresh(to_refresh(chosen), *watches, result);
  for (const auto& [entry, cause] : chosen) look(*entry, cause, pass, result);
  result.unreliable = unreliable_;
  result.watches = watch_set_.watches();
  result.refused = watches == nullptr || watch_set_.refused() ||
                   (watch_set_.watches() == 0 && !targets_.empty());
  return result;
}

}  // namespace mtls::daemon::watch
