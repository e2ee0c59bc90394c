// What is known of each server block. A metric with one value for each server block that asks for
// client certificates is one row of kGauges; its name and help are in metric_names.h.
#include <algorithm>
#include <array>

#include "collectors/family_groups.h"

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

constexpr std::size_t kRotationStates = 3;

// The states that only the running nginx and its clients tell are LiveFamilies'.
void write_rotation(const Server& server, SampleWriter& out) {
  for (const audit::RotatingCa& ca : server.audit.rotation) {
    const LabelText labels = server.labels.with("fingerprint", ca.fingerprint.label());
    out.add(kCaRotationState, labels.with("state", "announced"), ca.announced ? 1 : 0);
    out.add(kCaRotationState, labels.with("state", "needed"), ca.needed ? 1 : 0);
    out.add(kCaRotationState, labels.with("state", "droppable"), ca.droppable ? 1 : 0);
  }
}

bool too_many_rotate(const Server& server, const audit::Limits& limits) {
  return server.audit.rotation.size() > limits.max_certificates_per_file;
}

}  // namespace

Columns server_columns() {
  Columns columns{&kServerInfo};
  for (const Gauge& gauge : kGauges) columns.push_back(&gauge.spec);
  columns.insert(columns.end(), {&kCaRotationState, &kServerCertificateExpiry});
  return columns;
}

void write_server(const Server& server, const audit::Limits& limits, SampleWriter& out) {
  LabelText info = server.labels;
  info.add("context", word(server.context.id.module));
  info.add("verify_client", word(server.context.verify_client.value));
  out.add(kServerInfo, info, 1);
  for (const audit::PresentedFile& file : server.audit.presented) {
    out.add(kServerCertificateExpiry, server.labels.with("path", file.path),
            base::unix_seconds(file.until));
  }
  if (!server.asks()) return;
  for (const Gauge& gauge : kGauges) {
    if (const Value value = gauge.value(server)) out.add(gauge.spec, server.labels, *value);
  }
  if (!too_many_rotate(server, limits)) write_rotation(server, out);
}

ServerFamilies::ServerFamilies(bool blackbox, bool is_compact)
    : has_blackbox_(blackbox),
      servers_(server_columns(), is_compact),
      verdicts_({&kCanaryAccepted, &kCanaryErrorCode, &kCanaryLockout}),
      blackbox_({&kBlackboxEarliestExpiry}),
      trusted_({&kServerCaInfo}),
      checked_({&kServerCrlInfo}) {}

// Of blocks with the same labels only the one that nginx selects is here.
void ServerFamilies::arrange(const Delta& delta) {
  const config::ResolvedConfig& resolved = delta.now.config->resolved;
  indexes_.clear();
  std::vector<std::string> identities;
  for (std::size_t i = 0; i < resolved.servers.size(); ++i) {
    if (resolved.label_owner(i) != i) continue;
    indexes_.push_back(i);
    identities.push_back(Server(delta.now, i).labels.text());
  }
  counts_.assign(indexes_.size(), {});
  for (ChunkStore* store : {&servers_, &verdicts_, &blackbox_, &trusted_, &checked_})
    store->arrange(identities);
}

void ServerFamilies::update(const Delta& delta) {
  if (!delta.same_config) arrange(delta);
  changed_.clear();
  for (const std::size_t index : delta.servers.positions) {
    const auto object = std::ranges::lower_bound(indexes_, index);
    if (object != indexes_.end() && *object == index)
      changed_.push_back(static_cast<std::size_t>(object - indexes_.begin()));
  }
  servers_.write(changed_, [&](std::size_t object, SampleWriter& out) {
    const Server server(delta.now, indexes_[object]);
    if (server.context.serves_tls()) write_server(server, delta.limits, out);
  });
  verdicts_.write(changed_, [&](std::size_t object, SampleWriter& out) {
    write_verdicts(Server(delta.now, indexes_[object]), out);
  });
  if (!has_blackbox_) return;
  blackbox_.write(changed_, [&](std::size_t object, SampleWriter& out) {
    write_blackbox(Server(delta.now, indexes_[object]), out);
  });
}

const pki::Material* ServerFamilies::crl_of(const Server& server, const Delta& delta) const {
  const auto file = delta.now.material.find(server.audit.crl_path);
  return file == delta.now.material.end() ? nullptr : file->second->material.get();
}

ServerFamilies::Counts ServerFamilies::count(const Server& server, const Delta& delta) {
  Counts counts;
  if (!server.asks()) return counts;
  if (too_many_rotate(server, delta.limits))
    counts.rotation_omitted = kRotationStates * server.audit.rotation.size();
  for (const audit::StoreFile& file : server.audit.store_files) {
    const bool is_shown = !too_many_certificates(file.certificates, delta.limits);
    (is_shown ? counts.trusted : counts.trusted_omitted) += file.certificates;
  }
  if (const pki::Material* crl = crl_of(server, delta)) {
    const CrlsByIssuer& lists = delta.crls.of(*crl, server.audit.crls_without_use);
    const std::size_t issuers = checked_issuers(server, lists).size();
    (too_many_crls(lists, delta.limits) ? counts.checked_omitted : counts.checked) = issuers;
  }
  return counts;
}

void ServerFamilies::update_authorities(const Delta& delta) {
  for (const std::size_t object : changed_)
    counts_[object] = count(Server(delta.now, indexes_[object]), delta);
  Counts sum;
  for (const Counts& counts : counts_) {
    sum.rotation_omitted += counts.rotation_omitted;
    sum.trusted += counts.trusted;
    sum.trusted_omitted += counts.trusted_omitted;
    sum.checked += counts.checked;
    sum.checked_omitted += counts.checked_omitted;
  }
  omitted_ = sum.rotation_omitted + sum.trusted_omitted + sum.checked_omitted;
  if (sum.trusted > delta.limits.max_series) {
    omitted_ += sum.trusted;
    trusted_.forget();
  } else {
    trusted_.write(changed_, [&](std::size_t object, SampleWriter& out) {
      const Server server(delta.now, indexes_[object]);
      if (server.asks()) write_trusted(server, delta.limits, out);
    });
  }
  if (sum.checked > delta.limits.max_series) {
    omitted_ += sum.checked;
    checked_.forget();
  } else {
    checked_.write(changed_, [&](std::size_t object, SampleWriter& out) {
      const Server server(delta.now, indexes_[object]);
      const pki::Material* crl = server.asks() ? crl_of(server, delta) : nullptr;
      if (crl == nullptr) return;
      const CrlsByIssuer& lists = delta.crls.of(*crl, server.audit.crls_without_use);
      if (!too_many_crls(lists, delta.limits))
        write_checked(server, checked_issuers(server, lists), out);
    });
  }
}

}  // namespace mtls::collectors
