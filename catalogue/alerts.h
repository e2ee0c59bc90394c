// The alerts of TLS (RFC 8446 section 6, RFC 5246 section 7.2, RFC 6066) by which one side of a
// handshake tells the other why it fails, explained for whoever runs nginx: a table, one row for
// each alert. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mtls::catalogue {

/// What is behind an alert when one kind of peer sent it.
struct AlertCause {
  std::string_view cause;
  std::string_view remedy;
};

struct TlsAlert {
  int number = 0;
  std::string_view words;      // OpenSSL's; with `_` for blanks, the name in the RFC
  std::string_view also = {};  // another spelling; "": none
  std::string_view meaning;
  AlertCause of_client = {};   // a client sent it to nginx
  AlertCause of_backend = {};  // a backend sent it to nginx, or a server to another client

  std::string name() const;  // bad_certificate
};

/// Those about certificates first, each half by number.
std::vector<const TlsAlert*> tls_alerts();

/// The alert that `line` is or has, by its name or number, in the words of OpenSSL 1.1.1 to 3.6,
/// nginx or curl. nullptr: none.
const TlsAlert* find_tls_alert(std::string_view line);

}  // namespace mtls::catalogue
