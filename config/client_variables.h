// The `$ssl_client_*` variables of one connection. Plain values; audit/trust fills them from a
// client's certificate, config/exposure follows them through the guards. Pure.
#pragma once

#include <map>
#include <string>

namespace mtls::config {

struct ClientVariables {
  std::string verify;  // $ssl_client_verify: SUCCESS, NONE, `FAILED:…`, or "" without TLS (R3.32)
  // The others, by name without `$`. One that is not in here is empty: the client has no
  // certificate.
  std::map<std::string, std::string, std::less<>> values;

  bool operator==(const ClientVariables&) const = default;
};

}  // namespace mtls::config
