#include "daemon/observed/heard_from.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "running/process_facts.h"

namespace mtls::daemon::observed {

// /proc/PID itself belongs to root for a worker, which changed its user (proc(5), dumpable).
void HeardFrom::follow(const std::vector<int>& processes) {
  if (processes == processes_) return;
  processes_ = processes;
  std::set<uid_t> users;
  for (const int pid : processes) {
    const std::ifstream file(proc_ + "/" + std::to_string(pid) + "/status");
    std::ostringstream text;
    text << file.rdbuf();
    const auto status = running::parse_status(text.str());
    if (status && status->user) users.insert(*status->user);
  }
  users_ = std::move(users);
}

// A worker that was looked at before it changed its user is known by its number: the kernel lets
// nobody but root name another's.
bool HeardFrom::hears(const Sender& sender) {
  if (sender.uid == 0 || sender.uid == ::geteuid() || users_.contains(sender.uid)) return true;
  const bool is_nginx =
      sender.pid != 0 && std::ranges::find(processes_, sender.pid) != processes_.end();
  if (is_nginx) users_.insert(sender.uid);
  return is_nginx;
}

}  // namespace mtls::daemon::observed
