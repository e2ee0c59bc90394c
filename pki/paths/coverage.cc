#include "pki/paths/coverage.h"

#include <algorithm>
#include <utility>

namespace mtls::pki::paths {

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

Coverage Coverage::within(const Coverage& limits) const {
  Coverage out;
  auto limit = limits.spans_.begin();
  for (const Span& span : spans_) {
    while (limit != limits.spans_.end() && limit->until <= span.from) ++limit;
    for (auto it = limit; it != limits.spans_.end() && it->from < span.until; ++it) {
      out.spans_.push_back({std::max(span.from, it->from), std::min(span.until, it->until)});
    }
  }
  return out;
}

Coverage Coverage::without(const Coverage& other) const {
  Coverage out;
  auto gap = other.spans_.begin();
  for (const Span& span : spans_) {
    while (gap != other.spans_.end() && gap->until <= span.from) ++gap;
    base::sys_seconds from = span.from;
    for (auto it = gap; it != other.spans_.end() && it->from < span.until; ++it) {
      if (from < it->from) out.spans_.push_back({from, it->from});
      from = std::max(from, it->until);
    }
    if (from < span.until) out.spans_.push_back({from, span.until});
  }
  return out;
}

std::optional<Span> Coverage::at(base::sys_seconds at) const {
  for (const Span& span : spans_) {
    if (span.from <= at && at < span.until) return span;
  }
  return std::nullopt;
}

}  // namespace mtls::pki::paths
