#include "pki/coverage.h"

#include <algorithm>
#include <utility>

namespace mtls::pki {

Coverage::Coverage(Span span) {
  if (span.from < span.until) spans_.push_back(span);
}

Coverage::Coverage(std::vector<Span> spans) {
  std::sort(spans.begin(), spans.end(),
            [](const Span& a, const Span& b) { return a.from < b.from; });
  for (const Span& span : spans) {
    if (!spans_.empty() && span.from <= spans_.back().until) {
      spans_.back().until = std::max(spans_.back().until, span.until);
    } else if (span.from < span.until) {
      spans_.push_back(span);
    }
  }
}

void Coverage::unite(const Coverage& more) {
  std::vector<Span> all = spans_;
  all.insert(all.end(), more.spans_.begin(), more.spans_.end());
  *this = Coverage(std::move(all));
}

Coverage Coverage::within(Span limits) const {
  Coverage out;
  for (const Span& span : spans_) {
    const Span part{std::max(span.from, limits.from), std::min(span.until, limits.until)};
    if (part.from < part.until) out.spans_.push_back(part);
  }
  return out;
}

std::optional<Span> Coverage::at(base::sys_seconds at) const {
  for (const Span& span : spans_) {
    if (span.from <= at && at < span.until) return span;
  }
  return std::nullopt;
}

}  // namespace mtls::pki
