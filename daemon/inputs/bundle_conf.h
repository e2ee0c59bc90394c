// `check CA_BUNDLE [CLIENT_CERT]`: makes up a configuration for a bundle of client CAs, so that the
// bundle is judged without any nginx.conf on the disk. Pure.
#pragma once

#include <string>

namespace mtls::daemon::inputs {

/// No path that nginx could open: reports name no place in this file.
inline constexpr const char* kBundleConf = "(command line)";

/// The configuration of a server block that requires client certificates from the CAs of `bundle`,
/// an absolute path, to the greatest chain depth, and has no other fault.
std::string bundle_conf(const std::string& bundle);

}  // namespace mtls::daemon::inputs
