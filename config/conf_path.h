// Where nginx looks for its main configuration: what was compiled in, and -p and -c (R1.40, R1.41);
// and where for the files that it names. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mtls::config {

/// The value of `option` (`--prefix=`) among the configure arguments that stand plainly in a
/// binary's bytes.
std::optional<std::string> configured(std::string_view binary, std::string_view option);

/// The compiled-in path of the main configuration, absolute or relative to the prefix; nullopt: the
/// bytes are not those of an nginx.
std::optional<std::string> compiled_conf_path(std::string_view binary);

/// `conf` as nginx opens it: relative to the prefix, never to a working directory
/// (ngx_process_options).
std::string main_conf_path(const std::string& conf, const std::string& prefix);

/// `path` as nginx opens it: absolute as it is, else joined to the directory of the main
/// configuration (R1.42). Not normalised.
std::string full_path(const std::string& path, const std::string& main_path);

}  // namespace mtls::config
