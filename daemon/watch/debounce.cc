#include "daemon/watch/debounce.h"

#include <algorithm>

namespace mtls::daemon::watch {
namespace {

using namespace std::chrono_literals;

constexpr Debounce::Time kPrompt = 5ms;
constexpr Debounce::Time kQuiet = 50ms;
constexpr Debounce::Time kLongest = 1s;

}  // namespace

void Debounce::prompt(const std::string& key, Time now) {
  by(key, now + kPrompt);
  hints_[key].prompt = true;
}

void Debounce::writing(const std::string& key, Time now) {
  Hint& hint = hints_[key];
  hint.quiet = now + kQuiet;
  if (!hint.writing) hint.latest = std::min(hint.latest, now + kLongest);
  hint.writing = true;
}

void Debounce::by(const std::string& key, Time due) {
  Hint& hint = hints_[key];
  hint.latest = std::min(hint.latest, due);
}

bool Debounce::hinted(const std::string& key) const {
  const auto at = hints_.find(key);
  return at != hints_.end() && (at->second.prompt || at->second.writing);
}

std::optional<Debounce::Time> Debounce::next() const {
  std::optional<Time> next;
  for (const auto& [key, hint] : hints_) next = std::min(next.value_or(hint.due()), hint.due());
  return next;
}

std::map<std::string, Debounce::Ending> Debounce::take(Time now) {
  std::map<std::string, Ending> due;
  const auto is_due = [now](const auto& entry) { return entry.second.due() <= now; };
  if (std::none_of(hints_.begin(), hints_.end(), is_due)) return due;
  std::erase_if(hints_, [&](const auto& entry) {
    const bool taken = is_due(entry) || entry.second.prompt;
    const Ending ending = entry.second.prompt ? Ending::kComplete : Ending::kUnknown;
    if (taken) due.emplace(entry.first, ending);
    return taken;
  });
  return due;
}

}  // namespace mtls::daemon::watch
