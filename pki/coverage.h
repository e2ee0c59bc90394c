// Stretches of time in which something holds, and how they unite and intersect. Pure.
#pragma once

#include <optional>
#include <vector>

#include "base/time.h"

namespace mtls::pki {

/// from <= t < until, as certificates are valid (types.h, Validity).
struct Span {
  base::sys_seconds from;
  base::sys_seconds until;

  bool operator==(const Span&) const = default;
};

/// Ascending; spans that touch are one, since no instant lies between them.
class Coverage {
 public:
  Coverage() = default;
  explicit Coverage(Span span);                // empty when until <= from
  explicit Coverage(std::vector<Span> spans);  // of all of them, in any order

  const std::vector<Span>& spans() const { return spans_; }

  void unite(const Coverage& more);
  Coverage within(Span limits) const;

  /// The span that contains `at`.
  std::optional<Span> at(base::sys_seconds at) const;

  bool operator==(const Coverage&) const = default;

 private:
  std::vector<Span> spans_;
};

}  // namespace mtls::pki
