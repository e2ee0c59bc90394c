// Every file that a server block or an upstream refers to, listed in one place: whoever needs the
// files of a context walks this list. Says what the configuration names, not what nginx opens (with
// verify off it opens no CA bundle; audit/trust/trust.h). Pure.
#pragma once

#include <functional>
#include <string_view>

#include "config/tls_context.h"
#include "config/upstream_context.h"

namespace mtls::config {

enum class FileRole {
  kCertificate,     // a chain, leaf first
  kCertificateKey,  // never opened
  kPasswordFile,    // of keys, never opened
  kClientCa,        // ssl_client_certificate
  kTrustedCa,       // ssl_trusted_certificate, and that of an upstream
  kCrl,             // several CRLs in one file
  kDhparam,         // DH parameters
  kTicketKey,       // never opened
  kEchFile,         // keys of Encrypted Client Hello, never opened
  kStaplingFile,    // an OCSP response
  kOverrideStore,   // VerifyCAFile (R3.6)
  kOverrideNames,   // ClientCAFile, RequestCAFile
  kOverrideChain,   // Certificate of ssl_conf_command
};

struct FileReference {
  FileRole role{};
  std::string_view name;  // of the directive: `proxy_ssl_crl`, `ssl_conf_command`
  const FileRef& file;
  DirectiveRef directive;  // in the Document the context was resolved from
};

using FileVisitor = std::function<void(const FileReference&)>;

/// In the order in which nginx loads them.
void for_each_reference(const TlsContext& server, const FileVisitor& visit);
void for_each_reference(const UpstreamTlsContext& upstream, const FileVisitor& visit);

}  // namespace mtls::config
