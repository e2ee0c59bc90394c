// Which OpenSSL an nginx runs with, or would run with when it is started (R9.5). Reads /proc, the
// loader's cache and the library; runs nothing. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/filesystem.h"

namespace mtls::daemon::live {

struct OpensslLibrary {
  std::string release;      // `3.5.9`
  bool is_running = false;  // nginx's master has it mapped; otherwise its loader would take it
};

/// An nginx on this host.
struct NginxFile {
  std::string_view bytes;
  std::string path = {};     // where it is; "": not known
  std::string process = {};  // `/proc/PID` of its master; "": it does not run
};

/// nullopt: it cannot be told, as with a library inside the binary.
std::optional<OpensslLibrary> find_openssl(base::FileSystem& disk, const NginxFile& nginx);

}  // namespace mtls::daemon::live
