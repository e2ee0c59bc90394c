#include "collectors/collect.h"

namespace mtls::collectors {
namespace {

using audit::ServerAudit;
using config::TlsContext;

double number(std::size_t value) { return static_cast<double>(value); }

struct ServerGauges {
  Family info{kServerInfo};
  Family enforced{kServerEnforced};
  Family unknown{kServerEnforcementUnknown};
  Family depth{kServerVerifyDepth};
  Family depth_required{kServerVerifyDepthRequired};
  Family trust_expiry{kServerTrustExpiry};
  Family names{kServerCaNames};
  Family names_bytes{kServerCaNamesBytes};
  Family extra{kServerExtraTrustCas};
  Family crl_missing{kServerCrlMissingIssuers};
  Family resumption_window{kServerResumptionWindow};
  Family rotation{kCaRotationState};
  Family certificate_expiry{kServerCertificateExpiry};
};

// `loaded` is the running nginx's to know. Returns how many series are left out.
std::size_t add_rotation(Family& family, const TlsContext& server, const ServerAudit& audit,
                         const audit::Limits& limits) {
  constexpr std::size_t kSeriesPerCertificate = 3;
  if (audit.rotation.size() > limits.max_certificates_per_file)
    return kSeriesPerCertificate * audit.rotation.size();
  for (const audit::RotatingCa& ca : audit.rotation) {
    const auto state = [&](const char* name, bool holds) {
      family.add({{"server", server.id.server},
                  {"listen", server.id.listen},
                  {"fingerprint", ca.fingerprint.label()},
                  {"state", name}},
                 holds ? 1 : 0);
    };
    state("announced", ca.announced);
    state("needed", ca.needed);
    state("droppable", ca.droppable);
  }
  return 0;
}

void add_asking(ServerGauges& gauges, const TlsContext& server, const ServerAudit& audit) {
  const Labels id{{"server", server.id.server}, {"listen", server.id.listen}};
  if (audit.enforced) gauges.enforced.add(id, *audit.enforced ? 1 : 0);
  gauges.unknown.add(id, audit.enforced ? 0 : 1);
  gauges.depth.add(id, server.verify_depth.value);
  if (audit.depth_required) gauges.depth_required.add(id, *audit.depth_required);
  if (audit.trust_until) gauges.trust_expiry.add(id, base::unix_seconds(*audit.trust_until));
  gauges.names.add(id, number(audit.ca_names));
  gauges.names_bytes.add(id, number(audit.ca_names_bytes));
  gauges.extra.add(id, number(audit.extra_trust_cas));
  gauges.crl_missing.add(id, number(audit.crl_missing_issuers));
  gauges.resumption_window.add(id, static_cast<double>(audit.resumption_window.count()));
}

void add_certificates(ServerGauges& gauges, const TlsContext& server,
                      const audit::Snapshot& snapshot) {
  for (const config::FileRef& reference : server.certificates.value) {
    for (const std::string& path : audit::known_paths(reference)) {
      const auto file = snapshot.material.find(path);
      if (file == snapshot.material.end() || !file->second->material) continue;
      if (const auto until = audit::earliest_expiry(*file->second->material)) {
        gauges.certificate_expiry.add(
            {{"server", server.id.server}, {"listen", server.id.listen}, {"path", path}},
            base::unix_seconds(*until));
      }
    }
  }
}

}  // namespace

std::size_t server_families(const audit::Snapshot& snapshot, const audit::Limits& limits,
                            Families& families) {
  std::size_t omitted = 0;
  ServerGauges gauges;
  const config::ResolvedConfig& resolved = snapshot.config->resolved;
  for (std::size_t i = 0; i < resolved.servers.size(); ++i) {
    const TlsContext& server = resolved.servers[i];
    if (!server.on_tls_socket || resolved.label_owner(i) != i) continue;
    gauges.info.add({{"server", server.id.server},
                     {"listen", server.id.listen},
                     {"context", std::string(word(server.id.module))},
                     {"verify_client", std::string(word(server.verify_client.value))}},
                    1);
    if (audit::asks(server)) {
      add_asking(gauges, server, *snapshot.servers[i]);
      omitted += add_rotation(gauges.rotation, server, *snapshot.servers[i], limits);
    }
    add_certificates(gauges, server, snapshot);
  }
  for (Family* family : {&gauges.info, &gauges.enforced, &gauges.unknown, &gauges.depth,
                         &gauges.depth_required, &gauges.trust_expiry, &gauges.names,
                         &gauges.names_bytes, &gauges.extra, &gauges.crl_missing,
                         &gauges.resumption_window, &gauges.rotation, &gauges.certificate_expiry}) {
    families.push_back(family->take());
  }
  return omitted;
}

}  // namespace mtls::collectors
