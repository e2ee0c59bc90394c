// Which backends nginx trusts and until when, and which certificate it presents to them: the
// questions about clients, with the roles reversed. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/material_view.h"
#include "audit/snapshot.h"

namespace mtls::audit::trust {

/// The files an upstream reads: the CAs and CRLs only where it verifies (R2.62), each name a
/// runtime path can come to.
struct UpstreamFiles {
  std::vector<std::string> trusted;  // several by VerifyCAFile (R3.6), which replaces nginx's own
  const std::string* crl = nullptr;
  std::vector<std::string> certificates;
};
UpstreamFiles upstream_files(const config::UpstreamTlsContext& upstream);

/// Each of ResolvedConfig::upstreams, in its order.
std::vector<UpstreamAudit> audit_upstreams(const Snapshot& snapshot, const Evidence& evidence);

}  // namespace mtls::audit::trust
