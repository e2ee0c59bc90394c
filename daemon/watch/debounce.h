// Decides when an event leads to a look at the file: soon after an event that completes a change,
// later after one of many writes. Pure: the time is an argument (milliseconds of the loop's clock).
// Knows keys, not what they stand for.
#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace mtls::daemon::watch {

class Debounce {
 public:
  using Time = std::chrono::milliseconds;

  /// A change is complete (renamed, created, deleted, closed after writing): due 5 ms after the
  /// first such hint.
  void prompt(const std::string& key, Time now);
  /// Somebody is writing: due after 50 ms of quiet, but at most 1 s after the first hint, so that a
  /// busy file is looked at too.
  void writing(const std::string& key, Time now);
  /// Due at `due` at the latest, whatever else happens.
  void by(const std::string& key, Time due);

  /// Whether an event hinted at the key and it is not due yet; by() does not count.
  bool hinted(const std::string& key) const;
  std::optional<Time> next() const;
  enum class Ending { kComplete, kUnknown };  // was there a prompt hint?
  /// Takes what is due, and with it everything prompt, so that a burst of renames causes one look.
  std::map<std::string, Ending> take(Time now);

 private:
  struct Hint {
    Time quiet = Time::max();   // moves on with every write
    Time latest = Time::max();  // does not
    bool prompt = false;
    bool writing = false;

    Time due() const { return std::min(quiet, latest); }
  };
  std::map<std::string, Hint> hints_;
};

}  // namespace mtls::daemon::watch
