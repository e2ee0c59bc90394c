// Effective settings with the line that caused them, as JSON. Pure.
#pragma once

#include "reports/json.h"

namespace mtls::reports {

/// By directive: value, provenance, file, line.
Json settings_json(const config::syntax::Document& document, const config::TlsContext& server);

/// What the directives of an upstream begin with: proxy_ssl_, grpc_ssl_, uwsgi_ssl_.
std::string prefix_of(const config::UpstreamTlsContext& upstream);

/// Every upstream context, with its settings.
Json upstreams_json(const Assessment& assessment);

}  // namespace mtls::reports
