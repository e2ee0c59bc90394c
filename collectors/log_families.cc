#include "collectors/log_families.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "collectors/openmetrics.h"
#include "collectors/text.h"

namespace mtls::collectors {
namespace {

using prometheus::MetricType;

// In compact, increase() sees the first failure of these: no certificate, expired, stale CRL, an
// issuer that is not there, revoked.
constexpr std::array<std::string_view, 6> kCommonest{"no_cert", "10", "12", "20", "21", "23"};

constexpr FamilySpec kClients{
    "nginx_mtls_client_verify_failures_total",
    "Clients that nginx refused because of their certificate, by its error log.",
    MetricType::Counter};
constexpr FamilySpec kUpstreams{
    "nginx_mtls_upstream_verify_failures_total",
    "Backends that nginx refused because of their certificate, by its error log.",
    MetricType::Counter};
constexpr FamilySpec kObservable{
    "nginx_mtls_verify_failures_observable",
    "1: an error_log that the exporter can read tells whom this server refuses.", MetricType::Gauge,
    InCompact::kZero};
constexpr FamilySpec kErrors{"nginx_mtls_log_errors_total",
                             "What keeps lines of nginx's error logs from being counted.",
                             MetricType::Counter, InCompact::kNonZero};
constexpr FamilySpec kLines{"nginx_mtls_log_lines_total", "Lines read from nginx's error logs.",
                            MetricType::Counter};

constexpr FamilySpec kLost{"nginx_mtls_observer_lost_total",
                           "Lines about clients that nginx could not send to the observer, by its "
                           "error log.",
                           MetricType::Counter};

class Writer {
 public:
  Writer(const FamilySpec& spec, bool is_compact) : spec_(spec), is_compact_(is_compact) {}

  /// A second series with the same labels is ignored.
  void add(const LabelText& labels, std::uint64_t value) {
    if (is_compact_ && !is_in_compact(spec_, static_cast<double>(value))) return;
    if (!seen_.insert(labels.text()).second) return;
    append_sample(samples_, spec_.name, labels.text(), static_cast<double>(value));
  }

  void finish(std::vector<LogFamily>& families) && {
    if (samples_.empty()) return;
    samples_.shrink_to_fit();
    families.push_back({.name = spec_.name,
                        .header = family_header(spec_),
                        .openmetrics_header = openmetrics_header(spec_),
                        .samples = std::move(samples_)});
  }

 private:
  const FamilySpec& spec_;
  bool is_compact_;
  std::string samples_;
  std::unordered_set<std::string> seen_;
};

void add_totals(const FamilySpec& spec, const running::VerifyTotals& totals, bool is_compact,
                std::vector<LogFamily>& families) {
  Writer writer(spec, is_compact);
  for (const auto& [server, codes] : totals) {
    const LabelText of_server{{"server", server}};
    for (const auto& [code, count] : codes) {
      const bool is_common = std::ranges::find(kCommonest, code.first) != kCommonest.end();
      if (is_compact && count == 0 && !is_common) continue;
      writer.add(of_server.with("code", code.first).add("reason", code.second), count);
    }
  }
  std::move(writer).finish(families);
}

}  // namespace

std::vector<LogFamily> refusal_families(const running::VerifyCounts& counts, bool is_compact) {
  std::vector<LogFamily> families;
  add_totals(kClients, counts.clients(), is_compact, families);
  add_totals(kUpstreams, counts.upstreams(), is_compact, families);
  Writer observable(kObservable, is_compact);
  for (const auto& [server, is_seen] : counts.observable())
    observable.add({{"server", server}}, is_seen ? 1 : 0);
  std::move(observable).finish(families);
  return families;
}

std::vector<LogFamily> log_families(const std::vector<running::LogCounts>& logs,
                                    std::uint64_t foreign, bool is_compact) {
  Writer errors(kErrors, is_compact);
  Writer lines(kLines, is_compact);
  for (const running::LogCounts& log : logs) {
    const LabelText of_log{{"log", log.path}};
    errors.add(of_log.with("reason", "unreadable"), log.unreadable);
    errors.add(of_log.with("reason", "oversized"), log.oversized);
    errors.add(of_log.with("reason", "lost"), log.lost);
    errors.add(of_log.with("reason", "limited"), log.limited);
    lines.add(of_log, log.lines);
  }
  errors.add({{"log", ""}, {"reason", "foreign"}}, foreign);
  std::vector<LogFamily> families;
  std::move(errors).finish(families);
  std::move(lines).finish(families);
  return families;
}

std::vector<LogFamily> loss_families(const running::LossCounts& losses) {
  std::vector<LogFamily> families;
  if (!losses.is_observed) return families;
  Writer lost(kLost, false);
  if (losses.full) lost.add({{"reason", "full"}}, *losses.full);
  lost.add({{"reason", "unreachable"}}, losses.unreachable);
  std::move(lost).finish(families);
  return families;
}

}  // namespace mtls::collectors
