// Whose datagrams count: root's, this program's own user's, and those of the users that the workers
// of running nginx masters have (R9.7 l).
#pragma once

#include <sys/types.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/observed/client_socket.h"

namespace mtls::daemon::observed {

class HeardFrom {
 public:
  explicit HeardFrom(std::string proc = "/proc") : proc_(std::move(proc)) {}

  /// `processes`: masters and workers of nginx. Reads /proc where they are others than before; a
  /// user once seen stays heard while any of them lives.
  void follow(const std::vector<int>& processes);
  bool hears(const Sender& sender);

 private:
  std::string proc_;
  std::vector<int> processes_;
  std::set<uid_t> users_;
};

}  // namespace mtls::daemon::observed
