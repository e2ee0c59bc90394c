// What nginx finds wrong once all blocks are merged (R2.30 to R2.36): complaints without a line.
// Files are not looked at. Pure.
#pragma once

#include <vector>

#include "config/ast.h"
#include "config/merge.h"
#include "config/tls_context.h"

namespace mtls::config {

/// Moment::module: the order in which the modules merge at the end of their block
/// (auto/modules), and what comes behind all of them.
enum class MergeModule : std::uint32_t { kSsl = 1, kProxy, kUwsgi, kGrpc, kPostconfiguration };

/// Moment::step of kSsl: the order of ngx_http_ssl_merge_srv_conf().
enum class MergeStep : std::uint32_t {
  kCertificateMissing = 1,
  kCertificate,
  kCiphers,
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
Moment at_merge(const Directive& outer, std::size_t index, MergeStep step);

/// Of one server; `input` is what `context` was merged from, `index` its place among the servers.
std::vector<Diagnostic> check_server(const TlsContext& context, const MergeInput& input,
                                     std::size_t index, const Document& document);

/// Of the http sockets and their default servers (ngx_http_ssl_init). `end_of_http`: the block's
/// `last`.
std::vector<Diagnostic> check_sockets(const ResolvedConfig& config, const Document& document,
                                      std::uint32_t end_of_http);

}  // namespace mtls::config
