// Distinguished names: the key by which they are compared, and the two texts that people see.
#include <openssl/bio.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "pki/openssl.h"

namespace mtls::pki {
namespace {

constexpr std::size_t kMaxNameBytes = 512;

std::optional<std::string> utf8_of(const ASN1_STRING* value) {
  unsigned char* text = nullptr;
  const int length = ASN1_STRING_to_UTF8(&text, value);
  if (length < 0) return std::nullopt;
  std::string utf8(reinterpret_cast<char*>(text), static_cast<std::size_t>(length));
  OPENSSL_free(text);
  return utf8;
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// asn1_string_canon() of crypto/x509/x_name.c: removes outer spaces, shrinks inner runs to one
// space and lowers ASCII letters.
std::string folded(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (!is_space(c)) {
      out += lower(c);
    } else if (out.back() != ' ') {
      out += ' ';
    }
  }
  return out;
}

// The length comes first, so that two different sequences of parts never give the same text.
void append_part(std::string& out, std::string_view part) {
  out += std::to_string(part.size());
  out += ':';
  out += part;
}

// The string types whose spelling X509_NAME_cmp() ignores (ASN1_MASK_CANON). All other types
// compare by type and bytes.
bool is_folded_type(int type) {
  constexpr unsigned long kFolded = B_ASN1_UTF8STRING | B_ASN1_BMPSTRING | B_ASN1_UNIVERSALSTRING |
                                    B_ASN1_PRINTABLESTRING | B_ASN1_T61STRING | B_ASN1_IA5STRING |
                                    B_ASN1_VISIBLESTRING;
  return (ASN1_tag2bit(type) & kFolded) != 0;
}

std::string canonical_entry(const X509_NAME_ENTRY* entry) {
  const ASN1_OBJECT* object = X509_NAME_ENTRY_get_object(entry);
  const ASN1_STRING* value = X509_NAME_ENTRY_get_data(entry);
  std::string out;
  append_part(out, text_of({OBJ_get0_data(object), OBJ_length(object)}));
  const int type = ASN1_STRING_type(value);
  const std::optional<std::string> utf8 = is_folded_type(type) ? utf8_of(value) : std::nullopt;
  append_part(out, std::to_string(utf8 ? V_ASN1_UTF8STRING : type));
  append_part(out, utf8 ? folded(*utf8) : std::string(text_of(bytes_of(value))));
  return out;
}

// Equal exactly when X509_NAME_cmp() returns 0; OpenSSL's own canonical encoding is not public. The
// order of the entries counts, except inside one multi-valued RDN.
std::string canonical(const X509_NAME* name) {
  std::string out;
  const int count = X509_NAME_entry_count(name);
  for (int i = 0; i < count;) {
    const int set = X509_NAME_ENTRY_set(X509_NAME_get_entry(name, i));
    std::vector<std::string> entries;
    for (; i < count && X509_NAME_ENTRY_set(X509_NAME_get_entry(name, i)) == set; ++i) {
      entries.push_back(canonical_entry(X509_NAME_get_entry(name, i)));
    }
    std::sort(entries.begin(), entries.end());
    std::string rdn;
    for (const std::string& entry : entries) append_part(rdn, entry);
    append_part(out, rdn);
  }
  return out;
}

std::string common_name(const X509_NAME* name) {
  int last = -1;
  for (int at = -1; (at = X509_NAME_get_index_by_NID(name, NID_commonName, at)) >= 0;) last = at;
  if (last < 0) return std::string(kNoCommonName);
  // A CN that is not a string type, a SEQUENCE for instance (C5), counts as absent.
  const auto utf8 = utf8_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)));
  return utf8 && !utf8->empty() ? base::sanitize(*utf8) : std::string(kNoCommonName);
}

}  // namespace

std::string content_of(const OwnedBio& memory) {
  const unsigned char* text = nullptr;
  const long length = BIO_get_mem_data(memory.get(), &text);
  return std::string(text_of({text, static_cast<std::size_t>(length)}));
}

// With the flags that nginx uses for $ssl_client_s_dn (ngx_ssl_get_subject_dn).
std::string rfc2253(const X509_NAME* name, unsigned long without) {
  const OwnedBio memory(made(BIO_new(BIO_s_mem())));
  X509_NAME_print_ex(memory.get(), name, 0, XN_FLAG_RFC2253 & ~without);
  return content_of(memory);
}

DistinguishedName name_of(const X509_NAME* name) {
  std::size_t der_bytes = 0;
  const unsigned char* der = nullptr;
  X509_NAME_get0_der(name, &der, &der_bytes);
  return {.canonical = canonical(name),
          // For people, so with letters that nginx would escape.
          .rfc2253 = base::sanitize(rfc2253(name, ASN1_STRFLGS_ESC_MSB), kMaxNameBytes),
          .common_name = common_name(name),
          .der_bytes = static_cast<std::uint32_t>(der_bytes)};
}

}  // namespace mtls::pki
