#include "tests/support/wire/mail_client.h"

#include <sys/socket.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/wire/tls_pieces.h"

namespace mtls::testing {
namespace {

class Talk {
 public:
  explicit Talk(std::uint16_t port)
      : fd_(connect_to({.port = port, .timeout = std::chrono::seconds{5}})) {
    if (!fd_) throw std::runtime_error("nobody listens on port " + std::to_string(port));
  }

  void shake_hands(const MailLogin& login) {
    context_ = client_context();
    ssl_ = Ssl(SSL_new(context_.get()));
    if (!login.client_chain_pem.empty())
      use_client_chain(ssl_.get(), login.client_chain_pem, login.client_key_pem);
    SSL_set_fd(ssl_.get(), fd_.get());
    if (SSL_connect(ssl_.get()) != 1) throw std::runtime_error("the handshake failed");
  }

  std::string say(const std::string& line) {
    const std::string bytes = line + "\r\n";
    if (ssl_) {
      SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    } else {
      send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    return listen();
  }

  std::string listen() {
    std::array<char, 1024> buffer{};
    const auto size = ssl_ ? SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()))
                           : recv(fd_.get(), buffer.data(), buffer.size(), 0);
    return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : "";
  }

 private:
  daemon::system::FileDescriptor fd_;
  SslContext context_;
  Ssl ssl_;
};

std::string starttls_of(const std::string& protocol) {
  if (protocol == "imap") return "a0 STARTTLS";
  return protocol == "pop3" ? "STLS" : "STARTTLS";
}

std::vector<std::string> lines_of(const MailLogin& login) {
  if (login.protocol == "imap") return {"a1 LOGIN user word"};
  if (login.protocol == "pop3") return {"USER user", "PASS word"};
  if (login.without_login) return {"EHLO client", "MAIL FROM:<a@a.test>", "RCPT TO:<b@b.test>"};
  return {"EHLO client", "AUTH PLAIN AHVzZXIAd29yZA=="};
}

}  // namespace

std::string log_in(const MailLogin& login) {
  Talk talk(login.port);
  if (login.tls == MailTls::kFromTheStart) talk.shake_hands(login);
  std::string answer = talk.listen();  // the greeting, or why there is none
  if (login.tls == MailTls::kStarttls) {
    if (login.protocol == "smtp") talk.say("EHLO client");
    talk.say(starttls_of(login.protocol));
    talk.shake_hands(login);
  }
  for (const std::string& line : lines_of(login)) {
    std::string next = talk.say(line);
    if (next.empty()) break;  // it hung up: what it said before is why
    answer = std::move(next);
  }
  return answer;
}

}  // namespace mtls::testing
