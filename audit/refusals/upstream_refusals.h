// The refusals of the upstream side: ngx_http_proxy_set_ssl() and its kin in grpc, uwsgi and stream
// (R2.45, R2.46, R2.60 to R2.62). Pure in what the files answer.
#pragma once

#include <vector>

#include "audit/refusals/files.h"

namespace mtls::audit::refusals {

struct UpstreamRefusal {
  RefusalReason reason;
  config::syntax::Moment when;
};

/// Of every upstream TLS context nginx builds, in configuration order.
std::vector<UpstreamRefusal> upstream_refusals(const RefusalScene& scene);

}  // namespace mtls::audit::refusals
