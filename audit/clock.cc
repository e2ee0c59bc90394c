#include "audit/clock.h"

namespace mtls::audit {

std::optional<std::chrono::seconds> time_before_end(const Threshold& threshold,
                                                    const pki::Validity& life) {
  const auto* share = std::get_if<Share>(&threshold);
  if (share == nullptr) return std::get<std::chrono::seconds>(threshold);
  if (!life.not_before || !life.not_after) return std::nullopt;
  constexpr int kWhole = 100;
  return (*life.not_after - *life.not_before) * share->percent / kWhole;
}

std::optional<base::sys_seconds> crl_due_at(const pki::RevocationListFacts& list,
                                            const Threshold& threshold) {
  const auto before =
      time_before_end(threshold, {.not_before = list.this_update, .not_after = list.ends()});
  if (!list.ends() || !before) return std::nullopt;
  return *list.ends() - *before;
}

base::sys_seconds Clock::now_counting_days_to(base::sys_seconds end) const {
  if (now_ >= end) return now_;
  const auto days = std::chrono::duration_cast<std::chrono::days>(end - now_);
  note(end - days + std::chrono::seconds{1});
  return now_;
}

bool Clock::is_within(const pki::Validity& validity) const {
  const auto& [not_before, not_after] = validity;
  if (!not_before || !not_after) return false;
  const bool has_begun = has_come(*not_before);
  const bool has_ended = has_come(*not_after);
  return has_begun && !has_ended;
}

base::sys_seconds Clock::now_for(std::span<const pki::Certificate> certificates,
                                 std::span<const pki::RevocationList> lists) const {
  for (const base::sys_seconds at : pki::instants_of_change(certificates, lists, now_)) note(at);
  return now_;
}

}  // namespace mtls::audit
