#include "tests/support/pki_maker.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <stdexcept>

#include "base/owned.h"

namespace mtls::testing {
namespace {

using base::Owned;

using OwnedBio = Owned<BIO, BIO_free_all>;
using OwnedCertificate = Owned<X509, X509_free>;
using OwnedCrl = Owned<X509_CRL, X509_CRL_free>;
using OwnedExtension = Owned<X509_EXTENSION, X509_EXTENSION_free>;
using OwnedInteger = Owned<ASN1_INTEGER, ASN1_INTEGER_free>;
using OwnedKey = Owned<EVP_PKEY, EVP_PKEY_free>;
using OwnedKeyId = Owned<AUTHORITY_KEYID, AUTHORITY_KEYID_free>;
using OwnedKeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using OwnedName = Owned<X509_NAME, X509_NAME_free>;
using OwnedNumber = Owned<BIGNUM, BN_free>;
using OwnedObject = Owned<ASN1_OBJECT, ASN1_OBJECT_free>;
using OwnedOctets = Owned<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>;
using OwnedParameterBuilder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using OwnedParameters = Owned<OSSL_PARAM, OSSL_PARAM_free>;
using OwnedTime = Owned<ASN1_TIME, ASN1_TIME_free>;

// A test that asks for an impossible certificate is wrong: print what OpenSSL refused, and stop.
void require(bool done, const std::string& what) {
  if (done) return;
  std::array<char, 256> reason{};
  ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
  throw std::runtime_error("pki_maker: " + what + ": " + reason.data());
}

OwnedKey make_key(KeyKind kind) {
  OwnedKey key;
  switch (kind) {
    case KeyKind::kEcP256: key.reset(EVP_EC_gen("P-256")); break;
    case KeyKind::kEd25519: key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); break;
    case KeyKind::kRsa1024: key.reset(EVP_RSA_gen(1024)); break;
    case KeyKind::kRsa2048: key.reset(EVP_RSA_gen(2048)); break;
  }
  require(key != nullptr, "cannot make a key");
  return key;
}

void add_entry(X509_NAME* name, const std::string& entry) {
  const std::size_t equals = entry.find('=');
  require(equals != std::string::npos, "no '=' in the name part '" + entry + "'");
  const std::string value = entry.substr(equals + 1);
  require(X509_NAME_add_entry_by_txt(name, entry.substr(0, equals).c_str(), MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(value.data()),
                                     static_cast<int>(value.size()), -1, 0) == 1,
          "bad name part '" + entry + "'");
}

OwnedName make_name(const std::string& text) {
  OwnedName name(X509_NAME_new());
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    add_entry(name.get(), text.substr(start, end - start));
    start = end + 1;
  }
  return name;
}

OwnedInteger make_integer(std::int64_t value) {
  OwnedInteger integer(ASN1_INTEGER_new());
  require(ASN1_INTEGER_set_int64(integer.get(), value) == 1, "bad integer");
  return integer;
}

OwnedTime make_time(base::sys_seconds at) {
  OwnedTime time(ASN1_TIME_set(nullptr, at.time_since_epoch().count()));
  require(time != nullptr, "time out of range");
  return time;
}

// RFC 5280 §4.2.1.2 method (1): SHA-1 of the key's bits.
OwnedOctets key_id_of(const X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  require(X509_pubkey_digest(certificate, EVP_sha1(), digest.data(), &length) == 1, "no key id");
  OwnedOctets octets(ASN1_OCTET_STRING_new());
  ASN1_OCTET_STRING_set(octets.get(), digest.data(), static_cast<int>(length));
  return octets;
}

OwnedKeyId authority_key_id_of(const X509* issuer) {
  OwnedKeyId authority(AUTHORITY_KEYID_new());
  authority->keyid = key_id_of(issuer).release();
  return authority;
}

// As `authorityKeyIdentifier = keyid,issuer:always` of openssl.cnf.
void pin(const X509* issuer, AUTHORITY_KEYID* authority) {
  GENERAL_NAME* name = GENERAL_NAME_new();
  GENERAL_NAME_set0_value(name, GEN_DIRNAME, X509_NAME_dup(X509_get_issuer_name(issuer)));
  authority->issuer = GENERAL_NAMES_new();
  sk_GENERAL_NAME_push(authority->issuer, name);
  authority->serial = ASN1_INTEGER_dup(X509_get0_serialNumber(issuer));
}

void add_extension(X509* certificate, int nid, const std::string& value) {
  if (value.empty()) return;
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, nullptr, certificate, nullptr, nullptr, 0);
  const OwnedExtension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  require(extension != nullptr, "bad extension value '" + value + "'");
  require(X509_add_ext(certificate, extension.get(), -1) == 1, "cannot add an extension");
}

std::string basic_constraints(const CertificateSpec& spec) {
  if (!spec.ca) return "";
  std::string value = *spec.ca ? "critical,CA:TRUE" : "critical,CA:FALSE";
  if (spec.path_length) value += ",pathlen:" + std::to_string(*spec.path_length);
  return value;
}

std::string alternative_names(const CertificateSpec& spec) {
  std::string value;
  for (const std::string& name : spec.dns_names) value += (value.empty() ? "DNS:" : ",DNS:") + name;
  for (const std::string& name : spec.other_names) value += (value.empty() ? "" : ",") + name;
  return value;
}

void add_extensions(X509* certificate, const X509* issuer, const CertificateSpec& spec) {
  add_extension(certificate, NID_basic_constraints, basic_constraints(spec));
  add_extension(certificate, NID_key_usage, spec.key_usage);
  add_extension(certificate, NID_ext_key_usage, spec.extended_key_usage);
  add_extension(certificate, NID_name_constraints, spec.name_constraints);
  add_extension(certificate, NID_subject_alt_name, alternative_names(spec));
  add_extension(certificate, NID_crl_distribution_points, spec.crl_points);
  if (!spec.key_identifiers) return;
  X509_add1_ext_i2d(certificate, NID_subject_key_identifier, key_id_of(certificate).get(), 0,
                    X509V3_ADD_DEFAULT);
  const OwnedKeyId authority = authority_key_id_of(issuer);
  if (spec.pins_issuer) pin(issuer, authority.get());
  X509_add1_ext_i2d(certificate, NID_authority_key_identifier, authority.get(), 0,
                    X509V3_ADD_DEFAULT);
}

const EVP_MD* digest_for(const EVP_PKEY* key, const std::string& name) {
  if (EVP_PKEY_is_a(key, "ED25519")) return nullptr;  // RFC 8410: it has its own hash
  const EVP_MD* digest = EVP_get_digestbyname(name.c_str());
  require(digest != nullptr, "unknown digest " + name);
  return digest;
}

template <class Writer>
std::string pem_of(Writer write) {
  const OwnedBio memory(BIO_new(BIO_s_mem()));
  require(write(memory.get()) == 1, "cannot write PEM");
  char* text = nullptr;
  const long length = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(length)};
}

// Objects under construction cache incomplete extensions, so children get a freshly parsed issuer.
OwnedCertificate reparsed(X509* built) {
  unsigned char* der = nullptr;
  const int length = i2d_X509(built, &der);
  require(length > 0, "cannot encode");
  const unsigned char* cursor = der;
  OwnedCertificate parsed(d2i_X509(nullptr, &cursor, length));
  OPENSSL_free(der);
  require(parsed != nullptr, "cannot parse its own certificate");
  return parsed;
}

std::int64_t fresh_serial() {
  static std::atomic<std::int64_t> last{4096};
  return ++last;
}

}  // namespace

struct MintedObjects {
  OwnedCertificate certificate;
  OwnedKey key;
};

Minted mint(const CertificateSpec& spec) {
  OwnedKey key = make_key(spec.key);
  if (spec.same_key_as != nullptr) {
    EVP_PKEY* shared = spec.same_key_as->objects->key.get();
    EVP_PKEY_up_ref(shared);
    key.reset(shared);
  }
  const OwnedCertificate building(X509_new());
  X509* certificate = building.get();
  const X509* issuer = spec.issuer ? spec.issuer->objects->certificate.get() : certificate;
  EVP_PKEY* issuer_key = spec.issuer ? spec.issuer->objects->key.get() : key.get();

  X509_set_version(certificate, X509_VERSION_3);
  X509_set_serialNumber(certificate,
                        make_integer(spec.serial != 0 ? spec.serial : fresh_serial()).get());
  X509_set_subject_name(certificate, make_name(spec.subject).get());
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
  X509_set1_notBefore(certificate, make_time(spec.not_before).get());
  X509_set1_notAfter(certificate, make_time(spec.not_after).get());
  X509_set_pubkey(certificate, key.get());
  add_extensions(certificate, issuer, spec);
  require(X509_sign(certificate, issuer_key, digest_for(issuer_key, spec.digest)) > 0,
          "cannot sign with " + spec.digest + " (MD5 needs an RSA issuer)");

  Minted minted;
  minted.certificate_pem = pem_of([&](BIO* out) { return PEM_write_bio_X509(out, certificate); });
  minted.key_pem = pem_of([&](BIO* out) {
    return PEM_write_bio_PKCS8PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  minted.objects = std::make_shared<MintedObjects>(
      MintedObjects{.certificate = reparsed(certificate), .key = std::move(key)});
  return minted;
}

CertificateSpec ca_spec(const std::string& subject, const Minted* issuer) {
  CertificateSpec spec;
  spec.subject = subject;
  spec.issuer = issuer;
  spec.ca = true;
  spec.key_usage = "critical,keyCertSign,cRLSign";
  return spec;
}

CertificateSpec client_spec(const std::string& subject, const Minted& issuer) {
  CertificateSpec spec;
  spec.subject = subject;
  spec.issuer = &issuer;
  spec.ca = false;
  spec.key_usage = "critical,digitalSignature";
  spec.extended_key_usage = "clientAuth";
  return spec;
}

Minted mint_root(const std::string& subject) { return mint(ca_spec(subject)); }

Minted mint_intermediate(const std::string& subject, const Minted& issuer) {
  return mint(ca_spec(subject, &issuer));
}

Minted mint_client(const std::string& subject, const Minted& issuer) {
  return mint(client_spec(subject, issuer));
}

Minted mint_server(const std::string& dns_name, const Minted& issuer) {
  CertificateSpec spec;
  spec.subject = "CN=" + dns_name;
  spec.issuer = &issuer;
  spec.ca = false;
  spec.key_usage = "critical,digitalSignature";
  spec.extended_key_usage = "serverAuth";
  spec.dns_names = {dns_name};
  return mint(spec);
}

namespace {

void add_scope(X509_CRL* crl, const CrlSpec& spec) {
  if (!spec.scope.empty()) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, nullptr, nullptr, nullptr, crl, 0);
    const OwnedExtension extension(
        X509V3_EXT_conf_nid(nullptr, &context, NID_issuing_distribution_point, spec.scope.c_str()));
    require(extension != nullptr, "bad scope '" + spec.scope + "'");
    X509_CRL_add_ext(crl, extension.get(), -1);
  }
  constexpr int kCritical = 1;
  if (spec.delta) {
    X509_CRL_add1_ext_i2d(crl, NID_delta_crl, make_integer(spec.number).get(), kCritical,
                          X509V3_ADD_DEFAULT);
  }
}

}  // namespace

std::string mint_crl(const CrlSpec& spec) {
  require(spec.issuer != nullptr, "a CRL needs an issuer");
  const X509* issuer = spec.issuer->objects->certificate.get();
  EVP_PKEY* key = spec.issuer->objects->key.get();
  const OwnedCrl crl(X509_CRL_new());
  X509_CRL_set_version(crl.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(issuer));
  X509_CRL_set1_lastUpdate(crl.get(), make_time(spec.this_update).get());
  if (spec.next_update) X509_CRL_set1_nextUpdate(crl.get(), make_time(*spec.next_update).get());
  for (const Minted* minted : spec.revoked) {
    X509_REVOKED* entry = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(minted->objects->certificate.get()));
    X509_REVOKED_set_revocationDate(entry, make_time(spec.this_update).get());
    X509_CRL_add0_revoked(crl.get(), entry);
  }
  X509_CRL_add1_ext_i2d(crl.get(), NID_crl_number, make_integer(spec.number).get(), 0,
                        X509V3_ADD_DEFAULT);
  if (spec.key_identifier) {
    X509_CRL_add1_ext_i2d(crl.get(), NID_authority_key_identifier,
                          authority_key_id_of(issuer).get(), 0, X509V3_ADD_DEFAULT);
  }
  add_scope(crl.get(), spec);
  X509_CRL_sort(crl.get());
  require(X509_CRL_sign(crl.get(), key, digest_for(key, "SHA256")) > 0, "cannot sign the CRL");
  return pem_of([&](BIO* out) { return PEM_write_bio_X509_CRL(out, crl.get()); });
}

std::string as_trusted_pem(const Minted& minted, const std::string& trust) {
  const OwnedCertificate copy = reparsed(minted.objects->certificate.get());
  if (!trust.empty()) {
    const OwnedObject object(OBJ_txt2obj(trust.c_str(), 0));
    require(object != nullptr, "unknown trust '" + trust + "'");
    require(X509_add1_trust_object(copy.get(), object.get()) == 1, "cannot add trust");
  }
  return pem_of([&](BIO* out) { return PEM_write_bio_X509_AUX(out, copy.get()); });
}

std::string as_der(const Minted& minted) {
  unsigned char* made = nullptr;
  const int size = i2d_X509(minted.objects->certificate.get(), &made);
  require(size > 0, "cannot encode");
  const std::string der(reinterpret_cast<const char*>(made), static_cast<std::size_t>(size));
  OPENSSL_free(made);
  return der;
}

std::string with_trailing_bytes(const Minted& minted, std::size_t count) {
  const std::string der = as_der(minted) + std::string(count, '\0');
  return pem_of([&](BIO* out) {
    return PEM_write_bio(out, PEM_STRING_X509, "",
                         reinterpret_cast<const unsigned char*>(der.data()),
                         static_cast<long>(der.size())) > 0;
  });
}

std::string encrypted_key_pem(const Minted& minted, const std::string& password) {
  return pem_of([&](BIO* out) {
    return PEM_write_bio_PKCS8PrivateKey(out, minted.objects->key.get(), EVP_aes_128_cbc(),
                                         password.data(), static_cast<int>(password.size()),
                                         nullptr, nullptr);
  });
}

std::string mint_dh_parameters(int bits) {
  constexpr int kShort = 1024;
  const OwnedNumber prime(bits == kShort ? BN_get_rfc2409_prime_1024(nullptr)
                                         : BN_get_rfc3526_prime_2048(nullptr));
  require(BN_num_bits(prime.get()) == bits, "no such group");
  const OwnedNumber generator(BN_new());
  BN_set_word(generator.get(), 2);
  const OwnedParameterBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_FFC_P, prime.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_FFC_G, generator.get());
  const OwnedParameters values(OSSL_PARAM_BLD_to_param(builder.get()));
  const OwnedKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "DH", nullptr));
  EVP_PKEY* group = nullptr;
  require(EVP_PKEY_fromdata_init(context.get()) == 1 &&
              EVP_PKEY_fromdata(context.get(), &group, EVP_PKEY_KEY_PARAMETERS, values.get()) == 1,
          "no DH parameters");
  const OwnedKey owned(group);
  return pem_of([&](BIO* out) { return PEM_write_bio_Parameters(out, group); });
}

}  // namespace mtls::testing
