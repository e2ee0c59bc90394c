// Where nginx looks for its main configuration file: the compiled-in path, and -p and -c (R1.40,
// R1.41). And where it looks for the files that the configuration names. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mtls::config {

/// The value of `option` (for example `--prefix=`) among the configure arguments, which a binary
/// contains as plain text.
std::optional<std::string> configured(std::string_view binary, std::string_view option);

/// The compiled-in path of the main configuration file, absolute or relative to the prefix.
/// nullopt: the bytes are not an nginx binary.
std::optional<std::string> compiled_conf_path(std::string_view binary);

/// `conf` as nginx opens it: relative to the prefix, never to the working directory
/// (ngx_process_options()).
std::string main_conf_path(const std::string& conf, const std::string& prefix);

/// `path` as nginx opens it: an absolute path stays, any other is joined to the directory of the
/// main configuration file (R1.42). Not normalised.
std::string full_path(const std::string& path, const std::string& main_path);

}  // namespace mtls::config
