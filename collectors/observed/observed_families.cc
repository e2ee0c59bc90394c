#include "collectors/observed/observed_families.h"

#include <map>
#include <string>
#include <utility>

#include "base/time.h"

namespace mtls::collectors::observed {
namespace {

using prometheus::MetricType;
using running::ObservedAt;
using running::ObservedCounts;
using running::ObservedServer;

double number(std::uint64_t value) { return static_cast<double>(value); }

Labels labels_of(const ObservedServer& server) {
  return {{"server", server.server}, {"listen", server.listen}};
}

Labels with(Labels labels, const char* name, std::string value) {
  labels.emplace_back(name, std::move(value));
  return labels;
}

/// Calls `add(family, labels, counts)` for each server block.
template <class Add>
void of_servers(const ObservedCounts& counts, const FamilySpec& spec, Families& families,
                const Add& add) {
  Family family(spec);
  for (const auto& [server, at] : counts.servers) add(family, labels_of(server), at);
  families.push_back(family.take());
}

/// By the key of their CA and by what nginx said, or by the latter alone.
void add_connections(const ObservedCounts& counts, bool is_compact, Families& families) {
  of_servers(counts,
             {"nginx_mtls_observed_connections_total",
              "Connections over TLS by the key of the CA that signed the client's certificate, and "
              "by what nginx said of it.",
              MetricType::Counter},
             families, [is_compact](Family& family, const Labels& labels, const ObservedAt& at) {
               std::map<running::LineVerify, std::uint64_t> of_all;
               for (const auto& [by, connections] : at.connections) {
                 const auto& [key, verify] = by;
                 const std::string said(running::word(verify));
                 if (!is_compact) {
                   family.add(with(with(labels, "ca", key), "verify", said), number(connections));
                 } else if (key != running::kOtherKey) {
                   of_all[verify] += connections;
                 }
               }
               for (const auto& [verify, connections] : of_all)
                 family.add(with(labels, "verify", std::string(running::word(verify))),
                            number(connections));
             });
}

void add_clients(const ObservedCounts& counts, bool is_compact, Families& families) {
  of_servers(
      counts,
      {"nginx_mtls_observed_client_certificate_expiration_seconds",
       "How long the certificates of clients still lived when they came.", MetricType::Histogram},
      families, [](Family& family, const Labels& labels, const ObservedAt& at) {
        prometheus::ClientMetric::Histogram histogram;
        for (std::size_t i = 0; i < at.lifetimes.counts.size(); ++i) {
          histogram.sample_count += at.lifetimes.counts.at(i);
          if (i == running::LifetimeHistogram::kBounds.size()) break;
          histogram.bucket.push_back(
              {histogram.sample_count,
               number(static_cast<std::uint64_t>(running::LifetimeHistogram::kBounds.at(i)))});
        }
        histogram.sample_sum = at.lifetimes.sum;
        family.add(labels, std::move(histogram));
      });
  of_servers(counts,
             {"nginx_mtls_observed_clients",
              "Different certificates that came within the window, refused ones too, by the key of "
              "the CA that signed them."},
             families, [is_compact](Family& family, const Labels& labels, const ObservedAt& at) {
               std::size_t of_all = 0;
               for (const auto& [key, clients] : at.clients) {
                 of_all += clients;
                 if (!is_compact) family.add(with(labels, "ca", key), number(clients));
               }
               if (is_compact && of_all > 0) family.add(labels, number(of_all));
             });
}

void add_truth(const ObservedCounts& counts, Families& families) {
  of_servers(counts,
             {"nginx_mtls_loaded_trust_matches",
              "0: a client got something else than the files say; absent: none came since nginx "
              "last read them."},
             families, [](Family& family, const Labels& labels, const ObservedAt& at) {
               if (at.trust_matches) family.add(labels, *at.trust_matches ? 1 : 0);
             });
  of_servers(counts,
             {"nginx_mtls_predictions_total",
              "Full handshakes with a known CA, by whether nginx said what was predicted.",
              MetricType::Counter},
             families, [](Family& family, const Labels& labels, const ObservedAt& at) {
               family.add(with(labels, "agree", "false"), number(at.differed));
               family.add(with(labels, "agree", "true"), number(at.agreed));
             });
  of_servers(counts,
             {"nginx_mtls_revoked_clients_served_total",
              "Connections of clients that the CRL on the disk names, and that nginx accepted.",
              MetricType::Counter},
             families, [](Family& family, const Labels& labels, const ObservedAt& at) {
               family.add(with(labels, "resumed", "false"), number(at.revoked_served[0]));
               family.add(with(labels, "resumed", "true"), number(at.revoked_served[1]));
             });
}

void add_observer(const ObservedCounts& counts, Families& families) {
  of_servers(counts,
             {"nginx_mtls_observer_coverage",
              "1: every level of this server block sends the observer's line to its socket."},
             families, [](Family& family, const Labels& labels, const ObservedAt& at) {
               family.add(labels, at.is_covered ? 1 : 0);
             });
  Family datagrams(FamilySpec{"nginx_mtls_observer_datagrams_total",
                              "Datagrams that arrived at the observer's socket.",
                              MetricType::Counter});
  datagrams.add({}, number(counts.datagrams));
  families.push_back(datagrams.take());
  Family rejected(FamilySpec{"nginx_mtls_observer_rejected_total",
                             "Those among them that do not count, by the reason.",
                             MetricType::Counter});
  for (const auto& [fault, datagrams_of_it] : counts.rejected)
    rejected.add({{"reason", std::string(running::word(fault))}}, number(datagrams_of_it));
  families.push_back(rejected.take());
  Family since(FamilySpec{"nginx_mtls_observer_since_timestamp_seconds",
                          "When the observer began to listen."});
  since.add({}, base::unix_seconds(counts.since));
  families.push_back(since.take());
}

}  // namespace

Families observed_families(const ObservedCounts& counts, bool is_compact) {
  Families families;
  add_connections(counts, is_compact, families);
  add_clients(counts, is_compact, families);
  add_truth(counts, families);
  add_observer(counts, families);
  sort_by_name(families);
  return families;
}

}  // namespace mtls::collectors::observed
