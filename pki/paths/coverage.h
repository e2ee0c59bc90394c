// Sets of instants as spans of time: union and intersection. Knows nothing of certificates. Private
// to pki/. Pure.
#pragma once

#include <optional>
#include <vector>

#include "base/time.h"

namespace mtls::pki::paths {

/// Half-open, from <= t < until, like the validity of certificates (Validity in types.h).
struct Span {
  base::sys_seconds from;
  base::sys_seconds until;

  bool operator==(const Span&) const = default;
};

/// Spans in ascending order. Spans that touch become one, since no instant lies between them.
class Coverage {
 public:
  Coverage() = default;
  explicit Coverage(Span span);                // empty when until <= from
  explicit Coverage(std::vector<Span> spans);  // the union of spans in any order

  const std::vector<Span>& spans() const { return spans_; }

  /// Adds the instants of `more`.
  void unite(const Coverage& more);
  /// The part of this coverage that lies within `limits`.
  Coverage within(Span limits) const;
  Coverage within(const Coverage& limits) const;
  /// The part of this coverage that lies outside `other`.
  Coverage without(const Coverage& other) const;

  /// The span that contains `at`; nullopt when none does.
  std::optional<Span> at(base::sys_seconds at) const;

  bool operator==(const Coverage&) const = default;

 private:
  std::vector<Span> spans_;
};

}  // namespace mtls::pki::paths
