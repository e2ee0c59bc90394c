// The names of the server blocks that share one address, and which block a name selects, as
// ngx_http_server_names(), ngx_hash_add_key() and ngx_http_find_virtual_server() decide; stream
// does the same since 1.25.5. A server is a number here. Knows neither TLS nor sockets. Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/nginx_build.h"
#include "config/syntax/regex.h"

namespace mtls::config {

/// Compiles the pattern of a name that begins with `~`. Case is ignored when the pattern has a
/// capital letter (ngx_http_core_server_name()). kSyntax with nginx's complaint.
base::Result<syntax::Regex> compile_server_name(std::string_view name);

/// A SNI or Host value as nginx uses it: in lower case, without port and trailing dot
/// (ngx_http_validate_host()). nullopt: nginx does not accept it as a host. It then answers a
/// request with 400, and ignores such a SNI.
std::optional<std::string> normalised_host(std::string_view text, Version version);

class NameTable {
 public:
  enum class Added {
    kYes,
    kTaken,    // an earlier server has it: `conflicting server name "…" on …, ignored`
    kInvalid,  // `invalid server name or wildcard "…" on …`
  };
  struct Adding {
    Added added = Added::kYes;
    std::size_t by = 0;  // of kTaken: the server that has the name
  };

  /// Call in the order of the configuration. `name`: in lower case, or `~` and a pattern.
  Adding add(const std::string& name, std::size_t server);

  /// The server that `host` selects; `host` comes from normalised_host(). nullopt: no server has
  /// this name.
  std::optional<std::size_t> find(std::string_view host) const;

  bool operator==(const NameTable&) const = default;

 private:
  struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the library asks for it
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Owners = std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>>;

  Adding add_exact(const std::string& name, std::size_t server);
  Adding add_dotted(const std::string& rest, std::size_t server);
  Adding add_pattern(const std::string& name, std::size_t server);
  std::optional<std::size_t> find_head(std::string_view host) const;
  std::optional<std::size_t> find_tail(std::string_view host) const;

  Owners exact_;
  Owners heads_;   // `x` of `*.x` and `.x`
  Owners dotted_;  // `x` of `.x` alone
  Owners tails_;   // `x` of `x.*`
  // The names with which an exact name or a `.x` collides, whether or not find() finds them.
  Owners seen_;
  Owners seen_text_;  // patterns as written
  std::vector<std::pair<syntax::Regex, std::size_t>> patterns_;
};

}  // namespace mtls::config
