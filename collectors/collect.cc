#include "collectors/collect.h"

#include <iterator>

namespace mtls::collectors {

Collection collect(const audit::Snapshot& snapshot, const audit::Limits& limits) {
  Collection collection;
  Families& families = collection.families;
  std::size_t omitted = server_families(snapshot, limits, families);
  bundle_families(snapshot, limits, families);
  omitted += crl_families(snapshot, limits, families);
  canary_families(snapshot, families);
  upstream_families(snapshot, families);
  config_families(snapshot, families);

  Families authorities;
  omitted += ca_families(snapshot, limits, authorities);
  omitted += server_ca_family(snapshot, limits, authorities);
  omitted += server_crl_family(snapshot, limits, authorities);
  if (series(families) + series(authorities) > limits.max_series) {
    collection.over_limit = series(authorities);
    omitted += collection.over_limit;
    authorities.clear();
  }
  std::move(authorities.begin(), authorities.end(), std::back_inserter(families));

  Family left_out(kSeriesOmitted);
  left_out.add({}, static_cast<double>(omitted));
  families.push_back(left_out.take());
  return collection;
}

}  // namespace mtls::collectors
