// Until when nginx can trust its backends: the same question as for clients, asked of each CA file
// that some upstream verifies with. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "audit/snapshot.h"

namespace mtls::audit {

/// The files an upstream reads: the CAs and CRLs only where it verifies (R2.62), each name a
/// runtime path can come to.
struct UpstreamFiles {
  const std::string* trusted = nullptr;
  const std::string* crl = nullptr;
  std::vector<std::string> certificates;
};
UpstreamFiles upstream_files(const config::UpstreamTlsContext& upstream);

/// By path of the CA file: pki::BundleView::trust_until of what it holds. Files that cannot be read
/// or have no such instant are left out.
std::map<std::string, base::sys_seconds> upstream_trust(const Snapshot& snapshot);

}  // namespace mtls::audit
