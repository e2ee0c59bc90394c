// What nginx finds wrong once all blocks are merged (R2.30 to R2.36, R2.48): complaints that need
// no look at a file and no OpenSSL; those that do are audit/refusals/refusals.h. Pure.
#pragma once

#include <vector>

#include "config/resolved.h"
#include "config/syntax/ast.h"
#include "config/tls/merge.h"

namespace mtls::config::tls {

/// Moment::module: the order in which the modules merge at the end of their block
/// (auto/modules), and what comes behind all of them.
enum class MergeModule : std::uint32_t {
  kStreamProxy = 1,
  kSsl,
  kProxy,
  kFastcgi,
  kUwsgi,
  kScgi,
  kGrpc,
  kLocations,  // the trees of locations
  kPostconfiguration,
  kVariables,
};

/// Moment::step of kSsl: the order of ngx_http_ssl_merge_srv_conf(), in stream and mail the same.
enum class MergeStep : std::uint32_t {
  kCertificateMissing = 1,
  kCiphers,
  kCertificate,
  kLateCiphers,  // before 1.21.2
  kTrustSource,
  kClientCertificate,
  kTrustedCertificate,
  kCrl,
  kOcsp,
  kDhparam,
  kEcdhCurve,
  kSessionTicketKey,
  kStapling,
  kConfCommand,
};

/// When the end of `outer`'s block says it of server `index`.
syntax::Moment at_merge(const syntax::Directive& outer, std::size_t index, MergeStep step);

/// Of one server; `input` is what `context` was merged from, `index` its place among the servers.
std::vector<syntax::Diagnostic> check_server(const TlsContext& context, const MergeInput& input,
                                             std::size_t index, const syntax::Document& document);

/// Of the sockets and their default servers (ngx_http_ssl_init, and since 1.25.5
/// ngx_stream_ssl_init).
std::vector<syntax::Diagnostic> check_sockets(const ResolvedConfig& config,
                                              const syntax::Document& document,
                                              const NginxBuild& build);

/// The http, stream or mail block of `document`, whose end is when nginx merges; nullptr: none.
const syntax::Directive* block_of(const syntax::Document& document, Module module);

}  // namespace mtls::config::tls
