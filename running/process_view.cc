#include "running/process_view.h"

#include <algorithm>

namespace mtls::running {

std::size_t Master::draining() const {
  return static_cast<std::size_t>(std::ranges::count_if(workers, &Worker::is_draining));
}

const Master* ProcessView::master_of(const std::string& conf) const {
  const Master* newest = nullptr;
  for (const Master& master : masters) {
    if (master.build.conf == conf && (newest == nullptr || master.started >= newest->started))
      newest = &master;
  }
  return newest;
}

std::size_t ProcessView::masters_of(const std::string& conf) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      masters, [&](const Master& master) { return master.build.conf == conf; }));
}

}  // namespace mtls::running
