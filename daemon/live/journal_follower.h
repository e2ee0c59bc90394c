// What one systemd unit writes into the journal, line by line as it grows: nginx's log where it
// logs to stderr or to syslog under systemd. From its end at first. Waits if the journal's file
// system does. Any thread, one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "daemon/live/line_source.h"

struct sd_journal;

namespace mtls::daemon::live {

class JournalFollower final : public LineSource {
 public:
  /// `unit`: such as `nginx.service`. `directory`: of the journal's files; "": the host's journal.
  explicit JournalFollower(std::string unit, std::string directory = "");

  void resume(std::vector<LogPosition> positions) override;
  std::vector<LogPosition> positions() const override;
  std::uint64_t mark() const override;
  bool open() override;
  bool read(const Take& take) override;

  const std::string& path() const override { return path_; }
  State state() const override { return state_; }
  bool is_behind() const override { return is_behind_; }
  std::uint64_t lost() const override { return lost_; }

 private:
  struct Close {
    void operator()(sd_journal* journal) const;
  };

  bool seek();
  void take_entry(const Take& take);

  std::string path_;
  std::string unit_;
  std::string directory_;
  std::string cursor_;  // of the entry that was handed out last; "": none is known
  std::unique_ptr<sd_journal, Close> journal_;
  State state_ = State::kMissing;
  bool is_behind_ = false;
  std::uint64_t lost_ = 0;
};

}  // namespace mtls::daemon::live
