#include "daemon/app/observer_job.h"

#include <utility>

#include "collectors/observed/observed_families.h"
#include "collectors/openmetrics.h"

namespace mtls::daemon::app {
namespace {

// In one look; the next begins at once.
constexpr std::size_t kMostDatagrams = 4'096;
// Scrapes see the counts this late.
constexpr std::chrono::milliseconds kRendering{500};

audit::observed::Instant now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace

ObserverJob::ObserverJob(audit::observed::ObserverOptions options, observed::ClientSocket socket,
                         ClientKeeper keeper)
    : socket_(std::move(socket)),
      observer_(std::move(options), now()),
      keeper_(std::move(keeper)) {}

void ObserverJob::receive() {
  socket_.receive(kMostDatagrams, [this](const observed::Datagram& datagram) {
    if (datagram.sender == nullptr || !heard_from_.hears(*datagram.sender)) {
      observer_.reject(running::LineFault::kSender);
    } else if (datagram.is_truncated) {
      observer_.reject(running::LineFault::kTooLong);
    } else {
      observer_.take(datagram.bytes);
    }
  });
}

void ObserverJob::render() {
  const auto at = std::chrono::steady_clock::now();
  if (rendered_ == observer_.version() || (rendered_ && at - rendered_at_ < kRendering)) return;
  const collectors::Families families = collectors::observed::observed_families(observer_.counts());
  auto metrics = std::make_shared<RenderedMetrics>();
  metrics->text = web::http::deflated_body_part(collectors::render(families));
  metrics->openmetrics = web::http::deflated_body_part(collectors::render_openmetrics(families));
  metrics_ = std::move(metrics);
  rendered_ = observer_.version();
  rendered_at_ = at;
}

void ObserverJob::run(const std::shared_ptr<const audit::Snapshot>& snapshot,
                      const std::vector<int>& processes) {
  keeper_.restore(observer_);
  if (snapshot) observer_.follow(snapshot, now());
  heard_from_.follow(processes);
  receive();
  observer_.settle(now());
  keeper_.save(observer_);
  audit::ObservedTruth truth = observer_.untruths();
  if (!truth_ || *truth_ != truth)
    truth_ = std::make_shared<const audit::ObservedTruth>(std::move(truth));
  render();
}

}  // namespace mtls::daemon::app
