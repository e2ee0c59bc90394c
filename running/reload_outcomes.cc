#include "running/reload_outcomes.h"

#include <utility>

namespace mtls::running {

void ReloadOutcomes::see(const Master* master) {
  if (master == nullptr || master->process.pid != pid_ || master->started != started_) {
    pid_ = master != nullptr ? master->process.pid : 0;
    started_ = master != nullptr ? master->started : 0;
    generation_ = 0;
    refusal_.clear();
    counts_.last_successful.reset();
    counts_.refusal.clear();
  }
  if (master == nullptr || !master->generation) return;
  const Generation& generation = *master->generation;
  const bool is_reload = generation_ != 0 && generation.number > generation_;
  if (is_reload && !generation.is_doubtful) {
    counts_.reloads += generation.number - generation_;
    counts_.last_successful = true;
    counts_.refusal.clear();
    refusal_.clear();  // it tried again and succeeded, as with bind()
  }
  generation_ = generation.number;
}

// `nginx -t` and `nginx -s reload` log what they refuse under numbers of their own.
void ReloadOutcomes::read(const LogLine& line) {
  if (line.pid != pid_ || pid_ == 0 || line.level != "emerg" || !refusal_.empty()) return;
  refusal_ = line.message;
}

void ReloadOutcomes::is_idle() {
  if (refusal_.empty()) return;
  ++counts_.failures;
  counts_.last_successful = false;
  counts_.refusal = std::exchange(refusal_, {});
}

}  // namespace mtls::running
