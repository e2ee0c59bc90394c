#include "tests/support/wire/tls_client.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <sstream>

#include "tests/support/wire/tls_pieces.h"

namespace mtls::testing {
namespace {

std::vector<std::string> advertised_names(const SSL* ssl) {
  std::vector<std::string> names;
  const STACK_OF(X509_NAME)* list = SSL_get0_peer_CA_list(ssl);
  for (int i = 0; i < sk_X509_NAME_num(list); ++i) {
    names.push_back(rfc2253(sk_X509_NAME_value(list, i)));
  }
  return names;
}

void parse_response(const std::string& response, TlsAnswer& answer) {
  const std::size_t head_end = std::min(response.find("\r\n\r\n"), response.size());
  std::istringstream head(response.substr(0, head_end));
  std::string version;
  head >> version >> answer.status;
  std::string line;
  std::getline(head, line);  // the rest of the status line
  while (std::getline(head, line)) {
    if (line.ends_with('\r')) line.pop_back();
    const std::size_t colon = std::min(line.find(':'), line.size());
    std::string name = line.substr(0, colon);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    const std::size_t value = line.find_first_not_of(" \t", colon + 1);
    answer.headers[name] = value == std::string::npos ? "" : line.substr(value);
  }
  if (head_end < response.size()) answer.body = response.substr(head_end + 4);
}

void exchange(SSL* ssl, const TlsRequest& request, TlsAnswer& answer) {
  const std::string text = request.method + " " + request.path +
                           " HTTP/1.1\r\nHost: " + request.host + "\r\nConnection: close\r\n\r\n";
  int returned = SSL_write(ssl, text.data(), static_cast<int>(text.size()));
  if (returned <= 0) {
    answer.error = error_text(ssl, returned);
    return;
  }
  std::string response;
  std::array<char, 16384> buffer{};
  while ((returned = SSL_read(ssl, buffer.data(), static_cast<int>(buffer.size()))) > 0) {
    response.append(buffer.data(), static_cast<std::size_t>(returned));
  }
  if (SSL_get_error(ssl, returned) != SSL_ERROR_ZERO_RETURN) {
    answer.error = error_text(ssl, returned);
  }
  parse_response(response, answer);
}

}  // namespace

TlsAnswer request(const TlsRequest& request) {
  TlsAnswer answer;
  const SslContext context = client_context();
  const Ssl ssl(SSL_new(context.get()));
  if (!request.client_chain_pem.empty())
    use_client_chain(ssl.get(), request.client_chain_pem, request.client_key_pem);
  if (request.sni) SSL_set_tlsext_host_name(ssl.get(), request.sni->c_str());
  if (!request.tls12_ciphers.empty()) {
    SSL_set_max_proto_version(ssl.get(), TLS1_2_VERSION);
    SSL_set_cipher_list(ssl.get(), request.tls12_ciphers.c_str());
  }
  if (!request.takes_tickets) SSL_set_options(ssl.get(), SSL_OP_NO_TICKET);
  if (request.resume) SSL_set_session(ssl.get(), request.resume.get());

  const daemon::system::FileDescriptor connection = connect_to(
      {.address = request.address, .port = request.port, .timeout = std::chrono::seconds{5}});
  if (!connection) {
    answer.error = std::strerror(errno);
    return answer;
  }
  SSL_set_fd(ssl.get(), connection.get());
  const int returned = SSL_connect(ssl.get());
  answer.ca_names = advertised_names(ssl.get());
  if (returned != 1) {
    answer.error = error_text(ssl.get(), returned);
    return answer;
  }
  exchange(ssl.get(), request, answer);
  answer.resumed = SSL_session_reused(ssl.get()) == 1;
  // Only now, since TLS 1.3 tickets arrive after the handshake, with the response.
  answer.session.reset(SSL_get1_session(ssl.get()), SSL_SESSION_free);
  // Without this, SSL_free() would mark the session as not resumable (SSL_clear_bad_session()).
  SSL_shutdown(ssl.get());
  return answer;
}

}  // namespace mtls::testing
