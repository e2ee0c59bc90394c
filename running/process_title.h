// What the title of nginx's master process says of its command line (R1.41, R5.6). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mtls::running {

struct NginxMaster {
  int pid = 0;
  std::string binary = {};      // -> /proc/PID/exe, there even when it was replaced
  std::string executable = {};  // what it runs from, also when another file is there by now; "":
                                // not known
  std::optional<std::string> prefix = {};     // -p, absolute once found
  std::optional<std::string> conf = {};       // -c, as written: relative to the prefix
  std::optional<std::string> error_log = {};  // -e
  std::string globals = {};                   // -g

  bool operator==(const NginxMaster&) const = default;
};

/// From the title that nginx gives its master, `nginx: master process NGINX -p …`; nullopt: another
/// process. Pure. The title joins the arguments with spaces, so one with a space in it is cut, but
/// for -g, which runs up to the next option. `pid`, `binary` and
/// `executable` stay unset.
std::optional<NginxMaster> parse_master_title(std::string_view title);

}  // namespace mtls::running
