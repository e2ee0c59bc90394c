#include "daemon/watch/watch_set.h"

#include <sys/inotify.h>

#include <algorithm>
#include <cerrno>
#include <tuple>

namespace mtls::daemon::watch {
namespace {

// Events of an entry that leave the list of names unchanged.
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

void WatchSet::mark_stale(WatchPointEntry& point) {
  if (point.second.stale) return;
  point.second.stale = true;
  stale_.push_back(&point);
}

void WatchSet::want(TargetId target, const std::vector<Want>& wants) {
  if (!this->wants(target, wants)) {
    forget(target);
    std::vector<Place> places;
    places.reserve(wants.size());
    for (const Want& want : wants) {
      WatchPointEntry& point = *points_of(want).try_emplace(want.path).first;
      point.second.is_file = want.name == kFileItself;
      auto& name = *point.second.names.try_emplace(want.name).first;
      insert(name.second, target);
      places.push_back({.point = &point, .name = &name.first});
    }
    wants_[target] = std::move(places);
  }
  const auto known = wants_.find(target);
  if (known == wants_.end()) return;
  for (const Place& place : known->second) mark_stale(*place.point);
}

bool WatchSet::wants(TargetId target, const std::vector<Want>& wants) const {
  const auto known = wants_.find(target);
  if (known == wants_.end()) return false;
  return std::equal(known->second.begin(), known->second.end(), wants.begin(), wants.end());
}

void WatchSet::forget(TargetId target) {
  const auto known = wants_.find(target);
  if (known == wants_.end()) return;
  for (const Place& place : known->second) {
    auto& names = place.point->second.names;
    const auto name = names.find(*place.name);
    erase(name->second, target);
    if (name->second.empty()) names.erase(name);
    mark_stale(*place.point);
  }
  wants_.erase(known);
}

void WatchSet::note_error(WatchPoint& point, int error) {
  // inotify_add_watch(2): the limit of the user, or of the kernel's memory.
  const auto is_refusal = [](int code) { return code == ENOSPC || code == ENOMEM; };
  if (is_refusal(point.error)) --refused_;
  if (is_refusal(error)) ++refused_;
  point.error = error;
}

void WatchSet::attach(WatchPointEntry& point, int wd) {
  point.second.wd = wd;
  if (wd >= 0) by_wd_[wd].push_back(&point);
}

/// When the last path leaves a watch descriptor, that becomes unwanted.
void WatchSet::detach(WatchPointEntry& point, std::vector<int>& unwanted) {
  const auto shared = by_wd_.find(point.second.wd);
  point.second.wd = -1;
  if (shared == by_wd_.end()) return;
  std::erase(shared->second, &point);
  if (!shared->second.empty()) return;
  unwanted.push_back(shared->first);
  by_wd_.erase(shared);
}

void WatchSet::renew(WatchPointEntry& point, Watches& watches) {
  const auto wd =
      point.second.is_file ? watches.watch_file(point.first) : watches.watch_directory(point.first);
  note_error(point.second, wd ? 0 : wd.error());
  attach(point, wd.value_or(-1));
}

void WatchSet::arm(Watches& watches) {
  std::vector<WatchPointEntry*> stale = std::move(stale_);
  stale_.clear();
  // Ancestors first, so that an event reports a directory that is swapped after its parent was
  // armed. Files last, so that they are the ones without a watch when watches run out.
  std::sort(stale.begin(), stale.end(), [](const WatchPointEntry* a, const WatchPointEntry* b) {
    return std::tie(a->second.is_file, a->first) < std::tie(b->second.is_file, b->first);
  });
  std::vector<int> unwanted;
  for (WatchPointEntry* point : stale) {
    detach(*point, unwanted);
    point->second.stale = false;
    if (!point->second.names.empty()) renew(*point, watches);
  }
  for (const int wd : unwanted) {
    if (!by_wd_.contains(wd)) watches.remove(wd);
  }
  for (WatchPointEntry* point : stale) {
    if (!point->second.names.empty()) continue;
    note_error(point->second, 0);
    WatchPoints& points = point->second.is_file ? files_ : directories_;
    points.erase(points.find(point->first));
  }
}

bool WatchSet::watched(TargetId target) const {
  const auto known = wants_.find(target);
  if (known == wants_.end()) return false;
  return std::all_of(known->second.begin(), known->second.end(), [](const Place& place) {
    const WatchPoint& point = place.point->second;
    // A file that we may not read cannot be watched; its directory reports when that changes.
    return point.wd >= 0 || (point.is_file && point.error == EACCES);
  });
}

TargetIds WatchSet::affected(const InotifyEvent& event) {
  TargetIds ids;
  const auto found = by_wd_.find(event.wd);
  if (found == by_wd_.end()) return ids;
  const auto add = [&ids](const TargetIds& more) {
    ids.insert(ids.end(), more.begin(), more.end());
  };
  for (const WatchPointEntry* point : found->second) {
    const auto& names = point->second.names;
    if (event.name.empty()) {
      for (const auto& [name, targets] : names) add(targets);
      continue;
    }
    if (const auto named = names.find(event.name); named != names.end()) add(named->second);
    const auto listed = names.find(kEveryEntry);
    if (listed != names.end() && (event.mask & ~kContentOnly) != 0) add(listed->second);
  }
  if ((event.mask & IN_IGNORED) != 0) {
    for (WatchPointEntry* point : found->second) point->second.wd = -1;
    by_wd_.erase(found);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

}  // namespace mtls::daemon::watch
