#include "collectors/log_families.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace mtls::collectors {
namespace {

using prometheus::MetricType;

// In compact, increase() sees the first failure of these: no certificate, expired, stale CRL, an
// issuer that is not there, revoked.
constexpr std::array<std::string_view, 6> kCommonest{"no_cert", "10", "12", "20", "21", "23"};

double number(std::uint64_t value) { return static_cast<double>(value); }

void add_totals(const FamilySpec& spec, const running::VerifyTotals& totals, bool is_compact,
                Families& families) {
  Family family(spec);
  for (const auto& [server, codes] : totals) {
    for (const auto& [code, count] : codes) {
      if (is_compact && count == 0 &&
          std::ranges::find(kCommonest, code.first) == kCommonest.end()) {
        continue;
      }
      family.add({{"server", server}, {"code", code.first}, {"reason", code.second}},
                 number(count));
    }
  }
  families.push_back(family.take());
}

void add_logs(const std::vector<running::LogCounts>& logs, std::uint64_t foreign, bool is_compact,
              Families& families) {
  Family errors(FamilySpec{"nginx_mtls_log_errors_total",
                           "What keeps lines of nginx's error logs from being counted.",
                           MetricType::Counter, InCompact::kNonZero},
                is_compact);
  Family lines(FamilySpec{"nginx_mtls_log_lines_total", "Lines read from nginx's error logs.",
                          MetricType::Counter});
  for (const running::LogCounts& log : logs) {
    errors.add({{"log", log.path}, {"reason", "unreadable"}}, number(log.unreadable));
    errors.add({{"log", log.path}, {"reason", "oversized"}}, number(log.oversized));
    errors.add({{"log", log.path}, {"reason", "lost"}}, number(log.lost));
    errors.add({{"log", log.path}, {"reason", "limited"}}, number(log.limited));
    lines.add({{"log", log.path}}, number(log.lines));
  }
  errors.add({{"log", ""}, {"reason", "foreign"}}, number(foreign));
  families.push_back(errors.take());
  families.push_back(lines.take());
}

}  // namespace

Families log_families(const running::VerifyCounts& counts,
                      const std::vector<running::LogCounts>& logs, bool is_compact) {
  Families families;
  add_totals({"nginx_mtls_client_verify_failures_total",
              "Clients that nginx refused because of their certificate, by its error log.",
              MetricType::Counter},
             counts.clients(), is_compact, families);
  add_logs(logs, counts.foreign(), is_compact, families);
  add_totals({"nginx_mtls_upstream_verify_failures_total",
              "Backends that nginx refused because of their certificate, by its error log.",
              MetricType::Counter},
             counts.upstreams(), is_compact, families);
  Family observable(
      FamilySpec{"nginx_mtls_verify_failures_observable",
                 "1: an error_log that the exporter can read tells whom this server refuses.",
                 MetricType::Gauge, InCompact::kZero},
      is_compact);
  for (const auto& [server, is_seen] : counts.observable())
    observable.add({{"server", server}}, is_seen ? 1 : 0);
  families.push_back(observable.take());
  return families;
}

}  // namespace mtls::collectors
