// What is known of each server block. A metric with one value for each server block that asks for
// client certificates is one row of kGauges; its name and help are in metric_names.h.
#include <array>

#include "collectors/collect.h"
#include "collectors/server.h"

namespace mtls::collectors {
namespace {

using Value = std::optional<double>;  // nullopt: no series

Value number(std::size_t value) { return static_cast<double>(value); }
Value number(const std::optional<int>& value) { return value ? Value(*value) : std::nullopt; }

Value instant(const std::optional<base::sys_seconds>& at) {
  return at ? Value(base::unix_seconds(*at)) : std::nullopt;
}

struct Gauge {
  const FamilySpec& spec;
  Value (*value)(const Server& server);
};

// In the order of metric_names.h.
constexpr std::array kGauges{
    Gauge{kServerEnforced,
          [](const Server& server) -> Value {
            if (!server.audit.enforced) return std::nullopt;
            return *server.audit.enforced ? 1 : 0;
          }},
    Gauge{kServerEnforcementUnknown,
          [](const Server& server) -> Value { return server.audit.enforced ? 0 : 1; }},
    Gauge{kServerVerifyDepth,
          [](const Server& server) -> Value { return server.context.verify_depth.value; }},
    Gauge{kServerVerifyDepthRequired,
          [](const Server& server) { return number(server.audit.depth_required); }},
    Gauge{kServerTrustExpiry,
          [](const Server& server) { return instant(server.audit.trust_until); }},
    Gauge{kServerCaNames, [](const Server& server) { return number(server.audit.ca_names); }},
    Gauge{kServerCaNamesBytes,
          [](const Server& server) { return number(server.audit.ca_names_bytes); }},
    Gauge{kServerExtraTrustCas,
          [](const Server& server) { return number(server.audit.extra_trust_cas); }},
    Gauge{kServerCrlMissingIssuers,
          [](const Server& server) { return number(server.audit.crl_missing_issuers); }},
    Gauge{kServerResumptionWindow,
          [](const Server& server) -> Value {
            return static_cast<double>(server.audit.resumption_window.count());
          }},
};

void info_family(const std::vector<Server>& servers, Families& families) {
  Family info(kServerInfo);
  for (const Server& server : servers) {
    Labels labels = server.labels();
    labels.emplace_back("context", word(server.context.id.module));
    labels.emplace_back("verify_client", word(server.context.verify_client.value));
    info.add(labels, 1);
  }
  families.push_back(info.take());
}

void gauge_families(const std::vector<Server>& servers, Families& families) {
  std::vector<Family> gauges;
  for (const Gauge& gauge : kGauges) gauges.emplace_back(gauge.spec);
  for (const Server& server : servers) {
    if (!config::asks(server.context)) continue;
    const Labels labels = server.labels();
    for (std::size_t i = 0; i < kGauges.size(); ++i) {
      if (const Value value = kGauges.at(i).value(server)) gauges[i].add(labels, *value);
    }
  }
  for (Family& gauge : gauges) families.push_back(gauge.take());
}

// The state `loaded` is missing: only the running nginx knows it.
void add_rotation(Family& rotation, const Server& server) {
  for (const audit::RotatingCa& ca : server.audit.rotation) {
    const auto add = [&](const char* state, bool holds) {
      Labels labels = server.labels();
      labels.emplace_back("fingerprint", ca.fingerprint.label());
      labels.emplace_back("state", state);
      rotation.add(labels, holds ? 1 : 0);
    };
    add("announced", ca.announced);
    add("needed", ca.needed);
    add("droppable", ca.droppable);
  }
}

// Returns how many series are left out: all of a server block with too many CAs under exchange.
std::size_t rotation_family(const std::vector<Server>& servers, const audit::Limits& limits,
                            Families& families) {
  constexpr std::size_t kSeriesPerCertificate = 3;
  std::size_t omitted = 0;
  Family rotation(kCaRotationState);
  for (const Server& server : servers) {
    if (!config::asks(server.context)) continue;
    const std::size_t certificates = server.audit.rotation.size();
    if (certificates > limits.max_certificates_per_file) {
      omitted += kSeriesPerCertificate * certificates;
    } else {
      add_rotation(rotation, server);
    }
  }
  families.push_back(rotation.take());
  return omitted;
}

void certificate_family(const std::vector<Server>& servers, const audit::Snapshot& snapshot,
                        Families& families) {
  Family expiry(kServerCertificateExpiry);
  for (const Server& server : servers) {
    for (const config::FileRef& reference : server.context.certificates.value) {
      for (const std::string& path : audit::known_paths(reference)) {
        const auto file = snapshot.material.find(path);
        if (file == snapshot.material.end() || !file->second->material) continue;
        const auto until = audit::earliest_expiry(*file->second->material);
        if (!until) continue;
        Labels labels = server.labels();
        labels.emplace_back("path", path);
        expiry.add(labels, base::unix_seconds(*until));
      }
    }
  }
  families.push_back(expiry.take());
}

}  // namespace

std::size_t server_families(const audit::Snapshot& snapshot, const audit::Limits& limits,
                            Families& families) {
  const std::vector<Server> servers = servers_of(snapshot);
  info_family(servers, families);
  gauge_families(servers, families);
  const std::size_t omitted = rotation_family(servers, limits, families);
  certificate_family(servers, snapshot, families);
  return omitted;
}

}  // namespace mtls::collectors
