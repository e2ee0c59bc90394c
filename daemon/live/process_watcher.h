// Watches nginx's processes from the loop. The kernel reports when somebody opens a configuration:
// then a reload may begin, and cheap looks at the children of each master follow each other, which
// never wait for anything. A worker looks at the host's processes when something differs or some
// seconds have passed. Loop thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <uv.h>

#include "daemon/live/process_table.h"
#include "daemon/system/file_descriptor.h"
#include "running/generations.h"
#include "running/idle_times.h"
#include "running/process_view.h"

namespace mtls::daemon::live {

class ProcessWatcher {
 public:
  /// Called on the loop thread after the first look, and whenever the view is another one.
  using OnChange = std::function<void(const std::shared_ptr<const running::ProcessView>& view)>;

  /// Looks before it returns. `describe` is called there and on workers.
  ProcessWatcher(uv_loop_t& loop, ProcessTable::Describe describe, OnChange on_change);
  ~ProcessWatcher() { close(); }
  ProcessWatcher(const ProcessWatcher&) = delete;
  ProcessWatcher& operator=(const ProcessWatcher&) = delete;

  /// The last view; nullptr: nothing is known yet.
  const std::shared_ptr<const running::ProcessView>& view() const { return view_; }

  /// A file has just changed: what a master that waits now reads later is the new one.
  void file_changed();
  void close();

 private:
  struct Job;
  /// One master, followed from look to look.
  struct Followed {
    std::int64_t started = 0;
    std::string conf;
    int watch = -1;              // of `conf`; negative: the kernel reports nothing of it
    bool may_reload = true;      // somebody has opened `conf`, or nobody can tell
    std::int64_t opened_ms = 0;  // when that was last
    system::FileDescriptor children;
    std::string last_children;            // of `children`
    std::vector<running::Children> seen;  // since the last settled look
    running::Generations generations;
    running::IdleTimes idle;
    std::int64_t idle_ms = 0;  // monotonic, the last of them
    std::uint64_t timed = 0;   // generation of `load`
    running::LoadTime load;
  };

  void open_inotify();
  void watch_configurations();
  void configuration_opened(Followed& master);
  bool read_events();
  void set_pace(std::uint64_t milliseconds);
  void tick();
  bool is_over_soon(std::int64_t now_ms) const;
  bool may_any_reload(std::int64_t since_ms) const;
  bool read_children(Followed& master, std::int64_t now_ms);
  void note_idle();
  void note_idle_again();
  void start_look();
  void finish(Job& job);
  void take_in(ProcessTable::Look& look);
  void follow(running::Master& master, std::int64_t at_ms);
  void time_load(Followed& followed) const;

  uv_loop_t& loop_;
  std::shared_ptr<ProcessTable> table_;  // of the worker, while there is one
  OnChange on_change_;
  uv_timer_t* timer_ = nullptr;
  uv_timer_t* burst_ = nullptr;
  uv_poll_t* poll_ = nullptr;  // of inotify_; nullptr: the kernel refuses it
  system::FileDescriptor inotify_;
  std::map<std::string, int> watched_;  // configurations, with their watches
  std::uint64_t pace_ = 0;              // milliseconds between two ticks
  int burst_left_ = 0;
  Job* job_ = nullptr;
  bool closed_ = false;
  bool look_again_ = false;
  std::map<int, Followed> followed_;  // by pid
  std::shared_ptr<const running::ProcessView> view_;
  std::int64_t looked_ms_ = 0;
  std::int64_t idle_ms_ = 0;
  std::int64_t burst_ms_ = 0;
  int early_looks_ = 0;  // titles change a little later than the list of children
};

}  // namespace mtls::daemon::live
