#include <algorithm>

#include "collectors/family_groups.h"

namespace mtls::collectors {
namespace {

using Instant = std::optional<base::sys_seconds>;

Instant earlier(Instant a, Instant b) { return a && b ? std::min(*a, *b) : (a ? a : b); }

}  // namespace

void write_blackbox(const Server& server, SampleWriter& out) {
  if (!server.context.serves_tls()) return;
  Instant until;
  for (const audit::PresentedFile& file : server.audit.presented)
    until = earlier(until, file.until);
  if (server.asks()) until = earlier(until, server.audit.trust_until);
  if (until) out.add(kBlackboxEarliestExpiry, server.labels, base::unix_seconds(*until));
}

}  // namespace mtls::collectors
