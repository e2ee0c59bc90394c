#include "pki/paths/expiry.h"

namespace mtls::pki::paths {

using base::sys_seconds;

std::optional<sys_seconds> ended_before(const Life& life, sys_seconds now) {
  std::optional<sys_seconds> last;
  for (const Span& span : life.valid.spans()) {
    if (span.until <= now) last = span.until;
  }
  if (last || !life.valid.spans().empty() || !life.bottleneck) return last;
  if (*life.bottleneck <= now) return life.bottleneck;
  return life.begin && *life.begin <= now ? life.begin : std::nullopt;
}

std::optional<sys_seconds> path_until(const AnchorPath& reach, std::optional<sys_seconds> begin,
                                      sys_seconds now) {
  if (const auto span = reach.valid.at(now)) return span->until;
  const Life life{.valid = reach.valid, .bottleneck = reach.bottleneck, .begin = begin};
  if (const auto end = ended_before(life, now)) return end;
  if (reach.valid.spans().empty()) return std::nullopt;
  return reach.valid.spans().front().until;
}

Expiry::Expiry(const std::vector<Clientele>& clienteles, sys_seconds now) : now_(now) {
  for (const Clientele& clients : clienteles) {
    if (clients.valid.at(now)) living_subjects_.insert(clients.subject);
  }
}

// A CA that has ended, and whose name another one bears, has handed its clients over.
void Expiry::add(const Clientele& clients, bool is_in_force) {
  if (!clients.issuing) return;
  const auto span = clients.valid.at(now_);
  if (!span && !is_in_force && living_subjects_.contains(clients.subject)) return;
  const Life life{.valid = clients.valid, .bottleneck = clients.bottleneck, .begin = clients.begin};
  add(span ? std::optional(span->until) : ended_before(life, now_));
}

void Expiry::add(std::optional<sys_seconds> end) {
  if (end && (!first_ || *end < *first_)) first_ = end;
}

}  // namespace mtls::pki::paths
