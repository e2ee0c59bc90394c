// The rows of catalogue/log_lines.h by subject, in the order in which they are tried. Only
// log_lines*.cc include it.
#pragma once

#include "catalogue/log_lines.h"

namespace mtls::catalogue::rows {

/// The check of clients and backends, and nginx's answers to them (R3.50 to R3.55).
std::span<const LogLine> verification();
/// OCSP and stapling (R3.61, R3.62).
std::span<const LogLine> ocsp();
/// Certificates, keys, CA files and CRLs that nginx cannot load (R4.2, R4.5).
std::span<const LogLine> files();
/// Directives that nginx refuses (R1.11). The last row fits every `[emerg]`.
std::span<const LogLine> directives();
/// Handshakes that fail without a TLS alert, as OpenSSL 1.1.1 to 3.6 word it.
std::span<const LogLine> handshakes();
/// What openssl and curl say beside verify codes and alerts.
std::span<const LogLine> tools();

}  // namespace mtls::catalogue::rows
