// What the title of a process says: what it is of nginx, and how nginx was started (R1.41, R5.6).
// Pure.
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
  bool is_single = false;  // it serves itself, without workers (`master_process off`)

  bool operator==(const NginxMaster&) const = default;
};

/// By the title that nginx gives its processes (ngx_setproctitle()), and Angie.
enum class ProcessKind {
  kMaster,
  kWorker,
  kDrainingWorker,  // `is shutting down`: it accepts nothing more
  kSingle,          // it serves without a master; nginx, unlike Angie, has not changed the title,
                    // so it may also be one that was started a moment ago
  kOther,
};

/// `title`: /proc/PID/cmdline. A worker that was born a moment ago still has its master's title.
ProcessKind kind_of(std::string_view title);

/// From the title of a master, `nginx: master process NGINX -p …`, or of one that serves alone;
/// nullopt: another process. A master's title joins the arguments with spaces, so one with a space
/// in it is cut, but for -g, which runs up to the next option. `pid`, `binary` and `executable`
/// stay unset.
std::optional<NginxMaster> parse_title(std::string_view title);

}  // namespace mtls::running
