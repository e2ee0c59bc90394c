#include "pki/clients/stand_in.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <charconv>
#include <vector>

#include "pki/openssl.h"

namespace mtls::pki::clients {
namespace {

using OwnedNumber = Owned<BIGNUM, BN_free>;
using OwnedInteger = Owned<ASN1_INTEGER, ASN1_INTEGER_free>;
using OwnedTime = Owned<ASN1_TIME, ASN1_TIME_free>;
using OwnedBuild = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using OwnedParams = Owned<OSSL_PARAM, OSSL_PARAM_free>;
using OwnedKeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using OwnedDigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using OwnedUses = Owned<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free>;

// A public key of that length, whose private key nobody knows: only its length counts.
OwnedKey rsa_of(int bits) {
  constexpr int kLeast = 512;
  constexpr int kMost = 16384;
  if (bits < kLeast || bits > kMost) return nullptr;
  const OwnedNumber modulus(made(BN_new()));
  const OwnedNumber exponent(made(BN_new()));
  must(BN_rand(modulus.get(), bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD) == 1);
  must(BN_set_word(exponent.get(), RSA_F4) == 1);
  const OwnedBuild build(made(OSSL_PARAM_BLD_new()));
  must(OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) == 1);
  must(OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) == 1);
  const OwnedParams params(made(OSSL_PARAM_BLD_to_param(build.get())));
  const OwnedKeyContext context(made(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr)));
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) == 1)
    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get());
  return OwnedKey(key);
}

// By pki::clients::key_kind(). nullptr: there is none such.
OwnedKey key_of(const std::string& kind) {
  if (kind.starts_with("RSA ")) {
    int bits = 0;
    std::from_chars(kind.data() + 4, kind.data() + kind.size(), bits);
    return rsa_of(bits);
  }
  if (kind.starts_with("EC ")) return OwnedKey(EVP_EC_gen(kind.substr(3).c_str()));
  return OwnedKey(EVP_PKEY_Q_keygen(nullptr, nullptr, kind.c_str()));
}

// With which a signature of that algorithm is made; its value does not count.
struct Signer {
  OwnedKey key;
  const EVP_MD* digest = nullptr;  // nullptr: the algorithm has its own
  bool is_pss = false;
};

Signer signer_of(int algorithm) {
  int digest = NID_undef;
  int kind = NID_undef;
  if (OBJ_find_sigid_algs(algorithm, &digest, &kind) != 1) return {};
  if (kind == NID_rsaEncryption || kind == NID_rsassaPss) {
    const bool is_pss = kind == NID_rsassaPss;
    constexpr unsigned kBits = 2048;  // room for every digest
    return {.key = OwnedKey(EVP_RSA_gen(kBits)),
            .digest = is_pss ? EVP_sha256() : EVP_get_digestbynid(digest),
            .is_pss = is_pss};
  }
  if (kind == NID_X9_62_id_ecPublicKey)
    return {.key = OwnedKey(EVP_EC_gen("P-256")), .digest = EVP_get_digestbynid(digest)};
  return {.key = OwnedKey(EVP_PKEY_Q_keygen(nullptr, nullptr, OBJ_nid2sn(kind)))};
}

int algorithm_of(std::string_view signature_kind, const Certificate* issuer) {
  const int known = OBJ_txt2nid(std::string(signature_kind).c_str());
  if (known != NID_undef) return known;
  const KeyType type = issuer != nullptr ? issuer->facts().key_type : KeyType::kEc;
  if (type == KeyType::kRsa) return NID_sha256WithRSAEncryption;
  if (type == KeyType::kEd25519) return NID_ED25519;
  return type == KeyType::kEc ? NID_ecdsa_with_SHA256 : NID_undef;
}

void set_name(X509* x509, const Certificate* issuer) {
  if (issuer != nullptr) {
    must(X509_set_issuer_name(x509, X509_get_subject_name(issuer->handle().x509())) == 1);
    return;
  }
  const unsigned char unknown[] = "a CA of which nothing is known";
  X509_NAME* name = X509_get_issuer_name(x509);
  must(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, unknown, -1, -1, 0) == 1);
}

void add_extensions(X509* x509, const Certificate* issuer, bool may_be_client) {
  const OwnedUses uses(made(EXTENDED_KEY_USAGE_new()));
  const int use = may_be_client ? NID_client_auth : NID_server_auth;
  must(sk_ASN1_OBJECT_push(uses.get(), OBJ_nid2obj(use)) > 0);
  must(X509_add1_ext_i2d(x509, NID_ext_key_usage, uses.get(), 0, 0) == 1);
  const ASN1_OCTET_STRING* id =
      issuer != nullptr ? X509_get0_subject_key_id(issuer->handle().x509()) : nullptr;
  if (id == nullptr) return;
  const OwnedKeyId key_id(made(AUTHORITY_KEYID_new()));
  key_id->keyid = made(ASN1_OCTET_STRING_dup(id));
  must(X509_add1_ext_i2d(x509, NID_authority_key_identifier, key_id.get(), 0, 0) == 1);
}

bool sign(X509* x509, const Signer& signer) {
  const OwnedDigestContext context(made(EVP_MD_CTX_new()));
  EVP_PKEY_CTX* key = nullptr;
  if (EVP_DigestSignInit(context.get(), &key, signer.digest, nullptr, signer.key.get()) != 1)
    return false;
  if (signer.is_pss && EVP_PKEY_CTX_set_rsa_padding(key, RSA_PKCS1_PSS_PADDING) != 1) return false;
  return X509_sign_ctx(x509, context.get()) > 0;
}

bool set_serial(X509* x509, std::string_view serial) {
  BIGNUM* number = nullptr;
  const std::string text(serial);
  const bool is_hex = BN_hex2bn(&number, text.c_str()) == static_cast<int>(text.size());
  const OwnedNumber owned(number);
  if (!is_hex || text.empty()) return false;
  const OwnedInteger integer(made(BN_to_ASN1_INTEGER(number, nullptr)));
  return X509_set_serialNumber(x509, integer.get()) == 1;
}

std::vector<unsigned char> der_of(X509* x509) {
  // Forgets the encoding that was signed.
  i2d_re_X509_tbs(x509, nullptr);
  unsigned char* der = nullptr;
  const int length = i2d_X509(x509, &der);
  must(length > 0);
  std::vector<unsigned char> bytes(der, der + length);
  OPENSSL_free(der);
  return bytes;
}

}  // namespace

struct StandIns::Impl {
  // Fingerprint of the issuer, may_be_client, kinds of key and signature.
  using Kind = std::tuple<Fingerprint, bool, std::string, std::string>;

  // Everything but serial number and dates. nullptr: it cannot be made.
  X509* unfinished(const LeafFacts& facts, const Certificate* issuer);
  OwnedCertificate make(const LeafFacts& facts, const Certificate* issuer);

  std::map<Kind, OwnedCertificate> known;
  std::map<std::string, OwnedKey> keys;
  std::map<int, Signer> signers;
};

X509* StandIns::Impl::unfinished(const LeafFacts& facts, const Certificate* issuer) {
  const auto [entry, is_new] = known.try_emplace(
      Kind{issuer != nullptr ? issuer->facts().fingerprint : Fingerprint{}, facts.may_be_client,
           std::string(facts.key_kind), std::string(facts.signature_kind)});
  if (is_new) entry->second = make(facts, issuer);
  return entry->second.get();
}

OwnedCertificate StandIns::Impl::make(const LeafFacts& facts, const Certificate* issuer) {
  const std::string kind(facts.key_kind);
  const auto [key, is_new_key] = keys.try_emplace(kind);
  if (is_new_key) key->second = key_of(kind);
  const int algorithm = algorithm_of(facts.signature_kind, issuer);
  const auto [signer, is_new_signer] = signers.try_emplace(algorithm);
  if (is_new_signer) signer->second = signer_of(algorithm);
  if (!key->second || !signer->second.key) return nullptr;
  OwnedCertificate x509(made(X509_new()));
  must(X509_set_version(x509.get(), X509_VERSION_3) == 1);
  set_name(x509.get(), issuer);
  const OwnedTime now(made(ASN1_TIME_set(nullptr, 0)));
  must(X509_set1_notBefore(x509.get(), now.get()) == 1);
  must(X509_set1_notAfter(x509.get(), now.get()) == 1);
  must(ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1) == 1);
  if (X509_set_pubkey(x509.get(), key->second.get()) != 1) return nullptr;
  add_extensions(x509.get(), issuer, facts.may_be_client);
  return sign(x509.get(), signer->second) ? std::move(x509) : nullptr;
}

StandIns::StandIns() : impl_(std::make_unique<Impl>()) { start_openssl(); }
StandIns::~StandIns() = default;

std::optional<Certificate> StandIns::of(const LeafFacts& facts, const Certificate* issuer) {
  X509* const x509 = impl_->unfinished(facts, issuer);
  ERR_clear_error();
  if (x509 == nullptr || !set_serial(x509, facts.serial)) return std::nullopt;
  const OwnedTime begin(ASN1_TIME_set(nullptr, facts.not_before.time_since_epoch().count()));
  const OwnedTime end(ASN1_TIME_set(nullptr, facts.not_after.time_since_epoch().count()));
  if (!begin || !end) return std::nullopt;
  must(X509_set1_notBefore(x509, begin.get()) == 1);
  must(X509_set1_notAfter(x509, end.get()) == 1);
  auto certificate = parse_certificate(der_of(x509));
  if (!certificate) return std::nullopt;
  return std::move(*certificate);
}

}  // namespace mtls::pki::clients
