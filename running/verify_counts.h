// Counts the certificates that nginx refused, by its error logs: which line counts, under which
// server block, and once. Which block logs where comes in as a plan. Pure.
//
// Who can make nginx log a line feed, for example with `%0a` in a URL, can write whole lines into
// its log (R3.58). What such a client cannot know is the process that will write it. So a line
// counts once its process is known to be one of nginx's: from /proc, or because a line of it stood
// at the beginning of what was written since the last look, where no foreign line can stand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "running/verify_line.h"

namespace mtls::running {

/// Which server block logs where. Logs are numbers into `logs`.
struct VerifyPlan {
  struct Block {
    std::string label;                    // the label `server`
    std::vector<std::string> names = {};  // what nginx prints behind `server: `
    bool is_http = true;
    bool asks = false;                   // for certificates
    std::vector<std::size_t> logs = {};  // the files that take its refusals (level info)

    bool operator==(const Block&) const = default;
  };
  /// What stands in place of a path for the journal of a systemd unit: `journal:nginx.service`.
  static constexpr std::string_view kJournal = "journal:";
  std::vector<std::string> logs = {};  // every file to follow: absolute paths, or journals
  std::vector<Block> blocks = {};
  // Each list of error_logs that counts somewhere, as far as they take failures of backends.
  std::vector<std::vector<std::size_t>> upstream_logs = {};
  // The same of warnings, which tell that a line of the access log was lost.
  std::vector<std::vector<std::size_t>> loss_logs = {};
  // Of each server block whose clients are observed, where it warns.
  std::vector<std::vector<std::size_t>> observed_logs = {};
  std::string observer_socket = {};       // "": nobody observes
  std::vector<std::string> reasons = {};  // OpenSSL's text by verify code

  bool operator==(const VerifyPlan&) const = default;
};
/// Of each list the first log that can be read counts, and each log that is in none.
std::vector<bool> counting_logs(const VerifyPlan& plan,
                                const std::vector<std::vector<std::size_t>>& lists,
                                const std::vector<bool>& readable);

using VerifyCode = std::pair<std::string, std::string>;  // code and reason
/// By the label `server`.
using VerifyTotals = std::map<std::string, std::map<VerifyCode, std::uint64_t>, std::less<>>;

class VerifyCounts {
 public:
  /// The label of lines of servers that the configuration does not have, and of codes beyond those
  /// that have a series of their own.
  static constexpr std::string_view kOther = "other";
  static constexpr std::size_t kMostCodes = 32;  // of one server
  /// Of so many servers all usual codes have a series from the beginning; of more only what occurs.
  static constexpr std::size_t kMostSeeded = 1'000;
  /// Readings after which lines of an unknown process are given up.
  static constexpr std::uint64_t kPatience = 60;

  /// `readable`: by log. Totals of servers that are still there go on.
  void follow(std::shared_ptr<const VerifyPlan> plan, std::vector<bool> readable);
  /// It is a process of nginx's.
  void trust(int pid);
  bool trusts(int pid) const { return trusted_.contains(pid); }
  std::vector<int> trusted() const;
  void take(std::size_t log, const VerifyLine& line);
  /// Once after each reading.
  void end_reading();

  const VerifyTotals& clients() const { return clients_; }
  const VerifyTotals& upstreams() const { return upstreams_; }
  /// Each server that asks for certificates: whether its refusals can be counted.
  const std::map<std::string, bool>& observable() const { return observable_; }
  /// Lines of processes that turned out not to be nginx's.
  std::uint64_t foreign() const { return foreign_; }
  /// Grows with each change of any of these.
  std::uint64_t version() const { return version_; }

 private:
  /// What one name behind `server: ` stands for.
  struct Named {
    std::string label;
    bool is_shared = false;                // several labels have it
    std::vector<std::size_t> shows = {};   // logs that have its refusals
    std::vector<std::size_t> counts = {};  // those among them that count
  };
  struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the library asks for it
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Names = std::unordered_map<std::string, Named, Hash, std::equal_to<>>;
  struct Waiting {
    std::uint64_t since = 0;
    std::map<std::tuple<VerifySide, std::string, VerifyCode>, std::uint64_t> lines;
  };

  void index_names();
  void seed();
  bool is_readable(std::size_t log) const { return log < readable_.size() && readable_[log]; }
  const std::string* label_of(std::size_t log, const VerifyLine& line) const;
  VerifyCode code_of(const VerifyLine& line) const;
  void add(VerifySide side, const std::string& label, VerifyCode code, std::uint64_t lines);

  std::shared_ptr<const VerifyPlan> plan_ = std::make_shared<const VerifyPlan>();
  std::vector<bool> readable_;
  Names http_;
  Names addresses_;
  std::vector<bool> counts_upstreams_;  // by log
  VerifyTotals clients_;
  VerifyTotals upstreams_;
  std::map<std::string, bool> observable_;
  std::map<int, std::uint64_t> trusted_;  // process to the reading that knew it last
  std::map<int, Waiting> waiting_;
  std::uint64_t reading_ = 0;
  std::uint64_t foreign_ = 0;
  std::uint64_t version_ = 0;
};

}  // namespace mtls::running
