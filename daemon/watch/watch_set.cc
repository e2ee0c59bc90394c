#include "daemon/watch/watch_set.h"

#include <sys/inotify.h>

#include <algorithm>
#include <cerrno>
#include <tuple>

namespace mtls::daemon::watch {
namespace {

// What an entry of a directory may go through without the list of names changing.
constexpr std::uint32_t kContentOnly = IN_MODIFY | IN_CLOSE_WRITE;

void insert(TargetIds& ids, TargetId id) {
  const auto at = std::lower_bound(ids.begin(), ids.end(), id);
  if (at == ids.end() || *at != id) ids.insert(at, id);
}

void erase(TargetIds& ids, TargetId id) {
  const auto at = std::lower_bound(ids.begin(), ids.end(), id);
  if (at != ids.end() && *at == id) ids.erase(at);
}

}  // namespace

void WatchSet::mark_stale(WatchPointEntry& place) {
  if (place.second.stale) return;
  place.second.stale = true;
  stale_.push_back(&place);
}

void WatchSet::want(TargetId target, const std::vector<Want>& wants) {
  std::vector<Want>& known = wants_[target];
  if (known != wants) {
    forget(target);
    for (const Want& want : wants) {
      WatchPoint& place = places_of(want)[want.place];
      place.is_file = want.name == kFileItself;
      insert(place.names[want.name], target);
    }
    wants_[target] = wants;
  }
  for (const Want& want : wants) mark_stale(*places_of(want).find(want.place));
}

void WatchSet::forget(TargetId target) {
  const auto known = wants_.find(target);
  if (known == wants_.end()) return;
  for (const Want& want : known->second) {
    WatchPointEntry& place = *places_of(want).find(want.place);
    const auto name = place.second.names.find(want.name);
    erase(name->second, target);
    if (name->second.empty()) place.second.names.erase(name);
    mark_stale(place);
  }
  wants_.erase(known);
}

void WatchSet::note_error(WatchPoint& place, int error) {
  // inotify_add_watch(2): the limit of the user, or of the kernel's memory.
  const auto is_refusal = [](int code) { return code == ENOSPC || code == ENOMEM; };
  if (is_refusal(place.error)) --refused_;
  if (is_refusal(error)) ++refused_;
  place.error = error;
}

void WatchSet::attach(WatchPointEntry& place, int wd) {
  place.second.wd = wd;
  if (wd >= 0) by_wd_[wd].push_back(&place);
}

/// The last place to leave a watch descriptor makes it unwanted.
void WatchSet::detach(WatchPointEntry& place, std::vector<int>& unwanted) {
  const auto shared = by_wd_.find(place.second.wd);
  place.second.wd = -1;
  if (shared == by_wd_.end()) return;
  std::erase(shared->second, &place);
  if (!shared->second.empty()) return;
  unwanted.push_back(shared->first);
  by_wd_.erase(shared);
}

void WatchSet::renew(WatchPointEntry& place, Watches& watches) {
  const auto wd =
      place.second.is_file ? watches.watch_file(place.first) : watches.watch_directory(place.first);
  note_error(place.second, wd ? 0 : wd.error());
  attach(place, wd.value_or(-1));
}

void WatchSet::arm(Watches& watches) {
  std::vector<WatchPointEntry*> stale = std::move(stale_);
  stale_.clear();
  // Ancestors first, so that a directory swapped after its parent was armed is told of; files last,
  // so that they are the ones to go without when watches run out.
  std::sort(stale.begin(), stale.end(), [](const WatchPointEntry* a, const WatchPointEntry* b) {
    return std::tie(a->second.is_file, a->first) < std::tie(b->second.is_file, b->first);
  });
  std::vector<int> unwanted;
  for (WatchPointEntry* place : stale) {
    detach(*place, unwanted);
    place->second.stale = false;
    if (!place->second.names.empty()) renew(*place, watches);
  }
  for (const int wd : unwanted) {
    if (!by_wd_.contains(wd)) watches.remove(wd);
  }
  for (WatchPointEntry* place : stale) {
    if (!place->second.names.empty()) continue;
    note_error(place->second, 0);
    WatchPoints& places = place->second.is_file ? files_ : directories_;
    places.erase(places.find(place->first));
  }
}

bool WatchSet::watched(TargetId target) const {
  const auto known = wants_.find(target);
  if (known == wants_.end()) return false;
  return std::all_of(known->second.begin(), known->second.end(), [this](const Want& want) {
    if (want.name != kFileItself) return directories_.find(want.place)->second.wd >= 0;
    // A file that we may not read cannot be watched; its directory tells when that changes.
    const WatchPoint& file = files_.find(want.place)->second;
    return file.wd >= 0 || file.error == EACCES;
  });
}

TargetIds WatchSet::affected(const InotifyEvent& event) {
  TargetIds ids;
  const auto found = by_wd_.find(event.wd);
  if (found == by_wd_.end()) return ids;
  const auto add = [&ids](const TargetIds& more) {
    ids.insert(ids.end(), more.begin(), more.end());
  };
  for (const WatchPointEntry* place : found->second) {
    const auto& names = place->second.names;
    if (event.name.empty()) {
      for (const auto& [name, targets] : names) add(targets);
      continue;
    }
    if (const auto named = names.find(event.name); named != names.end()) add(named->second);
    const auto listed = names.find(kEveryEntry);
    if (listed != names.end() && (event.mask & ~kContentOnly) != 0) add(listed->second);
  }
  if ((event.mask & IN_IGNORED) != 0) {
    for (WatchPointEntry* place : found->second) place->second.wd = -1;
    by_wd_.erase(found);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

}  // namespace mtls::daemon::watch
