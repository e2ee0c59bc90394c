#include "collectors/log_families.h"

namespace mtls::collectors {
namespace {

using prometheus::MetricType;

double number(std::uint64_t value) { return static_cast<double>(value); }

void add_totals(const FamilySpec& spec, const running::VerifyTotals& totals, Families& families) {
  Family family(spec);
  for (const auto& [server, codes] : totals) {
    for (const auto& [code, count] : codes) {
      family.add({{"server", server}, {"code", code.first}, {"reason", code.second}},
                 number(count));
    }
  }
  families.push_back(family.take());
}

void add_logs(const std::vector<running::LogCounts>& logs, std::uint64_t foreign,
              Families& families) {
  Family errors(FamilySpec{"nginx_mtls_log_errors_total",
                           "What keeps lines of nginx's error logs from being counted.",
                           MetricType::Counter});
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
                      const std::vector<running::LogCounts>& logs) {
  Families families;
  add_totals({"nginx_mtls_client_verify_failures_total",
              "Clients that nginx refused because of their certificate, by its error log.",
              MetricType::Counter},
             counts.clients(), families);
  add_logs(logs, counts.foreign(), families);
  add_totals({"nginx_mtls_upstream_verify_failures_total",
              "Backends that nginx refused because of their certificate, by its error log.",
              MetricType::Counter},
             counts.upstreams(), families);
  Family observable(
      FamilySpec{"nginx_mtls_verify_failures_observable",
                 "1: an error_log that the exporter can read tells whom this server refuses."});
  for (const auto& [server, is_seen] : counts.observable())
    observable.add({{"server", server}}, is_seen ? 1 : 0);
  families.push_back(observable.take());
  return families;
}

}  // namespace mtls::collectors
