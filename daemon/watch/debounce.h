// When a hint becomes a look: soon after an event that ends something, later after one that is one
// of many. Pure: the time is an argument (milliseconds of the loop's clock). Knows keys, not what
// they stand for.
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

  /// Something is complete (renamed, created, deleted, closed after writing): due 5 ms after the
  /// first such hint.
  void prompt(const std::string& key, Time now);
  /// Somebody is writing: due after 50 ms of quiet, 1 s after the first hint at the latest, so a
  /// busy file is not starved.
  void writing(const std::string& key, Time now);
  /// Due at `due` at the latest, whatever else happens.
  void by(const std::string& key, Time due);

  /// An event told of it and it is not due yet; an appointment does not count.
  bool hinted(const std::string& key) const;
  std::optional<Time> next() const;
  enum class Ending { kComplete, kUnknown };  // did a prompt hint tell of its end?
  /// What is due, and with it everything prompt: one look for a burst of renames.
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
