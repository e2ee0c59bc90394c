// Effective settings as JSON, each with the line of the configuration that caused it. Field names
// are API (docs/commands.md). Pure.
#pragma once

#include "reports/json.h"

namespace mtls::reports {

/// An object by directive: value, provenance, file, line of each.
Json settings_json(const config::syntax::Document& document, const config::TlsContext& server);

/// What the names of an upstream's directives begin with: proxy_ssl_, grpc_ssl_ or uwsgi_ssl_.
std::string prefix_of(const config::UpstreamTlsContext& upstream);

/// An array with every upstream context and its settings.
Json upstreams_json(const Assessment& assessment);

}  // namespace mtls::reports
