#include "pki/nginx_variables.h"

#include <openssl/bio.h>
#include <openssl/pem.h>

#include <cctype>
#include <chrono>
#include <cstdio>
#include <string_view>

#include "base/text.h"
#include "pki/openssl.h"

namespace mtls::pki {
namespace {

std::string legacy(const X509_NAME* name) {
  char* const text = X509_NAME_oneline(name, nullptr, 0);
  std::string line = text == nullptr ? "" : text;
  OPENSSL_free(text);
  return line;
}

std::string serial(const X509* x509) {
  const OwnedBio memory(made(BIO_new(BIO_s_mem())));
  i2a_ASN1_INTEGER(memory.get(), X509_get0_serialNumber(x509));
  return content_of(memory);
}

std::string sha1(const X509* x509) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  if (X509_digest(x509, EVP_sha1(), digest, &length) != 1) return "";
  return base::hex({digest, length});
}

std::string date(const ASN1_TIME* time) {
  const OwnedBio memory(made(BIO_new(BIO_s_mem())));
  ASN1_TIME_print(memory.get(), time);
  return content_of(memory);
}

// ngx_ssl_get_client_v_remain()
std::string days_left(const Certificate& certificate, base::sys_seconds now) {
  const auto& end = certificate.facts().validity.not_after;
  if (!end || *end <= now) return "0";
  return std::to_string(std::chrono::duration_cast<std::chrono::days>(*end - now).count());
}

std::string pem(X509* x509) {
  const OwnedBio memory(made(BIO_new(BIO_s_mem())));
  PEM_write_bio_X509(memory.get(), x509);
  return content_of(memory);
}

// ngx_ssl_get_certificate(): for a header, so each line but the first begins with a tab.
std::string with_tabs(std::string_view text) {
  if (!text.empty()) text.remove_suffix(1);
  std::string out;
  for (const char c : text) {
    out += c;
    if (c == '\n') out += '\t';
  }
  return out;
}

// ngx_escape_uri() with NGX_ESCAPE_URI_COMPONENT
std::string escaped(std::string_view text) {
  constexpr std::string_view kPlain = "-._~";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', kDigits[byte >> 4U], kDigits[byte & 0xFU]};
    }
  }
  return out;
}

}  // namespace

std::map<std::string, std::string, std::less<>> nginx_variables(const Certificate& certificate,
                                                                base::sys_seconds now) {
  X509* const x509 = certificate.handle().whole() != nullptr ? certificate.handle().whole()
                                                             : certificate.handle().x509();
  const std::string raw = pem(x509);
  ERR_clear_error();
  return {{"ssl_client_s_dn", rfc2253(X509_get_subject_name(x509))},
          {"ssl_client_i_dn", rfc2253(X509_get_issuer_name(x509))},
          {"ssl_client_s_dn_legacy", legacy(X509_get_subject_name(x509))},
          {"ssl_client_i_dn_legacy", legacy(X509_get_issuer_name(x509))},
          {"ssl_client_serial", serial(x509)},
          {"ssl_client_fingerprint", sha1(x509)},
          {"ssl_client_v_start", date(X509_get0_notBefore(x509))},
          {"ssl_client_v_end", date(X509_get0_notAfter(x509))},
          {"ssl_client_v_remain", days_left(certificate, now)},
          {"ssl_client_cert", with_tabs(raw)},
          {"ssl_client_raw_cert", raw},
          {"ssl_client_escaped_cert", escaped(raw)}};
}

}  // namespace mtls::pki
