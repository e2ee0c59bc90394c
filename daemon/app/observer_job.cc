#include "daemon/app/observer_job.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "collectors/observed/forecast_families.h"
#include "collectors/observed/observed_families.h"
#include "collectors/openmetrics.h"

namespace mtls::daemon::app {
namespace {

// Scrapes see the counts this late.
constexpr std::chrono::milliseconds kRendering{500};
// Counts on the page are this old at most; whatever is more than a count is told at once.
constexpr std::chrono::seconds kTelling{10};
// Clients judged in one look, so that what has come does not wait for long.
constexpr std::size_t kMostJudged = 500;
// The look ahead rests for so many times what it took: while clients have no answer yet, and then.
constexpr int kRestJudging = 3;
constexpr int kRest = 20;

audit::observed::Instant now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace

ObserverJob::ObserverJob(audit::observed::ObserverOptions options, bool hears_all,
                         ClientKeeper keeper)
    : hears_all_(hears_all),
      window_(options.limits.window),
      observer_(std::move(options), now()),
      keeper_(std::move(keeper)) {}

void ObserverJob::take(const std::vector<observed::Arrival>& arrivals) {
  for (const observed::Arrival& arrival : arrivals) {
    if (!arrival.sender || !heard_from_.hears(*arrival.sender)) {
      observer_.reject(running::LineFault::kSender);
    } else if (arrival.is_truncated) {
      observer_.reject(running::LineFault::kTooLong);
    } else {
      observer_.take(arrival.bytes);
    }
  }
}

void ObserverJob::end(const std::vector<observed::Arrival>& arrivals) {
  take(arrivals);
  observer_.settle(now());
  keeper_.close(observer_);
}

void ObserverJob::note_losses(const running::LossCounts& losses) {
  if (losses.unreachable > losses_.unreachable || losses.full > losses_.full) observer_.lose();
  losses_ = losses;
}

void ObserverJob::look_ahead(std::optional<base::sys_seconds> oldest_worker) {
  using Look = audit::observed::Prospects::Look;
  const auto begin = std::chrono::steady_clock::now();
  if (!snapshot_ || begin < looks_ahead_at_) return;
  const Look seen = prospects_.look(snapshot_, observer_,
                                    {.since = observer_.complete_since(),
                                     .window = window_,
                                     .is_covered = false,
                                     .tells_losses = losses_.is_observed && losses_.full,
                                     .oldest_worker = oldest_worker},
                                    std::chrono::floor<std::chrono::seconds>(now()), kMostJudged);
  const auto end = std::chrono::steady_clock::now();
  looks_ahead_at_ = end + (seen == Look::kUnfinished ? kRestJudging : kRest) * (end - begin);
  if (seen == Look::kAnew) is_rendered_ = false;
}

void ObserverJob::tell_truth() {
  const auto at = std::chrono::steady_clock::now();
  audit::ObservedTruth truth{.untruths = observer_.untruths(), .clients = prospects_.clients()};
  const bool is_due = !truth_ || audit::observed::is_news(truth, *truth_) ||
                      (at - told_at_ >= kTelling && truth != *truth_);
  if (!is_due) return;
  truth_ = std::make_shared<const audit::ObservedTruth>(std::move(truth));
  told_at_ = at;
}

void ObserverJob::render() {
  const auto at = std::chrono::steady_clock::now();
  const bool is_current = is_rendered_ && rendered_ == observer_.version();
  if (is_current || (rendered_ && at - rendered_at_ < kRendering)) return;
  const bool is_compact =
      snapshot_ && snapshot_->policy->limits.detail == audit::MetricsDetail::kCompact;
  collectors::Families families =
      collectors::observed::observed_families(observer_.counts(), is_compact);
  collectors::Families ahead = collectors::observed::forecast_families(
      prospects_.outlooks(), prospects_.uses(), prospects_.clients(), {.is_compact = is_compact});
  std::ranges::move(ahead, std::back_inserter(families));
  collectors::sort_by_name(families);
  auto metrics = std::make_shared<RenderedMetrics>();
  metrics->text = web::http::deflated_body_part(collectors::render(families));
  metrics->openmetrics = web::http::deflated_body_part(collectors::render_openmetrics(families));
  metrics_ = std::move(metrics);
  rendered_ = observer_.version();
  is_rendered_ = true;
  rendered_at_ = at;
}

void ObserverJob::run(const LookInputs& inputs) {
  keeper_.restore(observer_, hears_all_, now());
  if (inputs.snapshot) {
    snapshot_ = inputs.snapshot;
    observer_.follow(snapshot_, now());
  }
  heard_from_.follow(inputs.processes);
  take(inputs.arrivals);
  note_losses(inputs.losses);
  if (inputs.has_lost) observer_.lose();
  observer_.settle(now());
  keeper_.save(observer_, now());
  look_ahead(inputs.oldest_worker);
  tell_truth();
  render();
}

}  // namespace mtls::daemon::app
