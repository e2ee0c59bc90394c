// What one systemd unit writes into the journal, line by line as it grows: nginx's log where it
// logs to stderr or to syslog under systemd. From its end at first. Waits if the journal's file
// system does. Any thread, one at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct sd_journal;

namespace mtls::daemon::live {

class JournalFollower {
 public:
  enum class State : std::uint8_t {
    kReading,
    kMissing,  // there is no journal on this host
    kDenied,
    kFailed,
  };

  /// `unit`: such as `nginx.service`. `directory`: of the journal's files; "": the host's journal.
  explicit JournalFollower(std::string unit, std::string directory = "");
  ~JournalFollower();
  JournalFollower(JournalFollower&&) noexcept;
  JournalFollower& operator=(JournalFollower&&) noexcept;
  JournalFollower(const JournalFollower&) = delete;
  JournalFollower& operator=(const JournalFollower&) = delete;

  /// A line, and the process that wrote it, as the kernel told the journal: a client cannot choose
  /// it.
  struct Line {
    std::string_view text;
    int pid = 0;
  };
  using Take = std::function<void(const Line& line)>;

  /// Before the first open(): goes on behind this entry, instead of at the end.
  void resume(std::string cursor) { cursor_ = std::move(cursor); }
  /// The entry that was handed out last, for resume(); "": none is known.
  const std::string& cursor() const { return cursor_; }

  /// False: the journal cannot be read now.
  bool open();
  /// Opens it, and hands out the lines since the last call, up to some tens of thousands; the rest
  /// comes with the next call. False: it cannot be read now.
  bool read(const Take& take);

  const std::string& unit() const { return unit_; }
  State state() const { return state_; }
  /// There is more than the last call read.
  bool is_behind() const { return is_behind_; }
  /// Times that entries were gone before they were read.
  std::uint64_t lost() const { return lost_; }

 private:
  struct Close {
    void operator()(sd_journal* journal) const;
  };

  bool seek();
  void take_entry(const Take& take);

  std::string unit_;
  std::string directory_;
  std::string cursor_;
  std::unique_ptr<sd_journal, Close> journal_;
  State state_ = State::kMissing;
  bool is_behind_ = false;
  std::uint64_t lost_ = 0;
};

}  // namespace mtls::daemon::live
