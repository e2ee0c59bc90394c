// One login at a mail server on 127.0.0.1: without TLS, with TLS from the first byte, or after
// STARTTLS, with any client certificate. Verifies nothing. OpenSSL stays in mail_client.cc.
#pragma once

#include <cstdint>
#include <string>

namespace mtls::testing {

enum class MailTls { kNone, kFromTheStart, kStarttls };

struct MailLogin {
  std::uint16_t port = 0;
  std::string protocol = "imap";  // or pop3, smtp
  MailTls tls = MailTls::kNone;
  bool without_login = false;         // smtp: MAIL and RCPT at once, no AUTH
  std::string client_chain_pem = {};  // leaf first; "": none is sent
  std::string client_key_pem = {};
};

/// The server's last answer; "" when it closed the connection. Each read waits 5 s at most. Throws
/// std::runtime_error when nobody listens or the PEM texts are unusable, which is a bug of the
/// test.
std::string log_in(const MailLogin& login);

}  // namespace mtls::testing
