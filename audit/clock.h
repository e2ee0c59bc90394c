// The time of one judgement. It notes every instant it was compared with, so that the moment at
// which time alone changes the judgement is known without anybody listing instants. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <span>

#include "audit/policy.h"
#include "base/time.h"
#include "pki/types.h"
#include "pki/verify.h"

namespace mtls::audit {

/// How long before the end of what lives that long the threshold is. nullopt: a share of a lifetime
/// that is not known.
std::optional<std::chrono::seconds> time_before_end(const Threshold& threshold,
                                                    const pki::Validity& life);

/// From when on a CRL ends soon. nullopt: it has no end, or a share of a lifetime that is not
/// known.
std::optional<base::sys_seconds> crl_due_at(const pki::RevocationListFacts& list,
                                            const Threshold& threshold);

/// Not for two threads at once: asking is const, but it is noted.
class Clock {
 public:
  explicit Clock(base::sys_seconds now) : now_(now) {}

  /// Is it `at` or later?
  bool has_come(base::sys_seconds at) const {
    note(at);
    return now_ >= at;
  }

  /// Is it within `before` of `end`, or later than that?
  bool is_near(base::sys_seconds end, std::chrono::seconds before) const {
    return has_come(end - before);
  }

  /// Has it begun and not ended? False where one of the two dates is impossible.
  bool is_within(const pki::Validity& validity) const;

  /// The time, for an evaluation in pki whose result changes only at instants that these
  /// certificates and CRLs name.
  base::sys_seconds now_for(std::span<const pki::Certificate> certificates,
                            std::span<const pki::RevocationList> lists = {}) const;

  /// nginx's $ssl_client_v_remain counts whole days up to `end`: the time, noted with the instant
  /// at which the next of them is over.
  base::sys_seconds now_counting_days_to(base::sys_seconds end) const;

  /// The first noted instant that is still to come; nullopt: time alone changes nothing.
  std::optional<base::sys_seconds> next_change() const { return next_; }

 private:
  void note(base::sys_seconds at) const {
    if (at > now_ && (!next_ || at < *next_)) next_ = at;
  }

  base::sys_seconds now_;
  mutable std::optional<base::sys_seconds> next_;
};

}  // namespace mtls::audit
