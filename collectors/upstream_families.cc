#include <algorithm>
#include <map>

#include "audit/trust/upstream_trust.h"
#include "collectors/collect.h"

namespace mtls::collectors {
namespace {

using config::UpstreamTlsContext;

// `listen` is not a label here, so several upstreams can have the same labels. The family then has
// the lowest of their values, which is the worst.
class LowestValues {
 public:
  explicit LowestValues(const FamilySpec& spec) : family_(spec) {}

  void add(const Labels& labels, double value) {
    const auto [known, is_new] = values_.try_emplace(labels, value);
    if (!is_new) known->second = std::min(known->second, value);
  }
  prometheus::MetricFamily take() {
    for (const auto& [labels, value] : values_) family_.add(labels, value);
    return family_.take();
  }

 private:
  Family family_;
  std::map<Labels, double> values_;
};

struct UpstreamGauges {
  LowestValues verify{kUpstreamVerifyEnabled};
  LowestValues trust{kUpstreamTrustExpiry};
  LowestValues certificate{kUpstreamCertificateExpiry};
};

void add_upstream(UpstreamGauges& gauges, const audit::Snapshot& snapshot, std::size_t index) {
  const UpstreamTlsContext& upstream = snapshot.config->resolved.upstreams[index];
  const Labels labels{{"server", upstream.server.server},
                      {"location", upstream.location},
                      {"directive", upstream.directive}};
  gauges.verify.add(labels, upstream.verify.value ? 1 : 0);
  const auto end = snapshot.upstreams[index].trust_until;
  if (end) gauges.trust.add(labels, base::unix_seconds(*end));
  for (const std::string& path : audit::trust::upstream_files(upstream).certificates) {
    const auto file = snapshot.material.find(path);
    if (file == snapshot.material.end() || !file->second->material) continue;
    Labels with_path = labels;
    with_path.emplace_back("path", path);
    if (const auto until = audit::earliest_expiry(*file->second->material)) {
      gauges.certificate.add(with_path, base::unix_seconds(*until));
    }
  }
}

}  // namespace

void upstream_families(const audit::Snapshot& snapshot, Families& families) {
  UpstreamGauges gauges;
  const auto& upstreams = snapshot.config->resolved.upstreams;
  for (std::size_t i = 0; i < upstreams.size(); ++i) {
    if (upstreams[i].speaks_tls == config::SpeaksTls::kYes) add_upstream(gauges, snapshot, i);
  }
  for (LowestValues* family : {&gauges.verify, &gauges.trust, &gauges.certificate}) {
    families.push_back(family->take());
  }
}

}  // namespace mtls::collectors
